import { rmSync } from "node:fs";
import { join } from "node:path";
import { type AppContext, appSpec, provisionSpec } from "./app-processes.ts";
import { ensureArchiveBucket } from "./archive-bucket.ts";
import { type Certificates, ensureCertificates } from "./certificates.ts";
import { type DeviceCa, ensureDeviceCa } from "./device-ca.ts";
import { ensureEmulatorTable } from "./device-table.ts";
import { type Endpoints, endpointsOf } from "./endpoints.ts";
import { fenceObstacle } from "./fence-obstacle.ts";
import { appProcesses, type Layout, planLayout, replicas } from "./layout.ts";
import { linked } from "./leaf-links.ts";
import { ManagedProcess, type ProcessSpec } from "./managed-process.ts";
import { coreSpec, edgeSpec, type NatsLayout } from "./nats-processes.ts";
import { writeOperatorEnvironment } from "./operator-environment.ts";
import { RegionLock } from "./region-lock.ts";
import { defaultSyncInterval, type RegionOptions } from "./region-options.ts";
import { s3Spec, setUpS3 } from "./s3-emulator.ts";
import { ensureSecrets, type Secrets } from "./secrets.ts";
import { dynamodbSpec, mosquittoSpec } from "./store-processes.ts";
import { alertmanagerSpec, prometheusSpec, setUpWatch, writeReceivers } from "./watch-processes.ts";

export interface Region {
  readonly directory: string;
  readonly endpoints: Endpoints;
  readonly layout: Layout;
  readonly certificates: Certificates;
  readonly secrets: Secrets;
  /** Where devices use certificates. */
  readonly deviceCa: DeviceCa | undefined;
  /** @throws Error when there is none of that name. */
  process(name: string): ManagedProcess;
  readonly processes: readonly ManagedProcess[];
  /** SIGKILL for every process at once, as when a region's power is gone. */
  kill(): Promise<void>;
  /** Starts what does not run, in the order in which it was started first. */
  revive(): Promise<void>;
  /** Ends every process, in the reverse order. */
  stop(): Promise<void>;
}

/** Starts the processes in the order in which they need each other; all or nothing. */
export async function startRegion(asked: RegionOptions): Promise<Region> {
  const options = { ...asked, fence: mayFence(asked) };
  const { directory } = options;
  if (options.core === 1 && options.edges > 0) throw new Error("edges need a core of 3 servers");
  const lock = new RegionLock(directory);
  if (options.fresh) rmSync(join(directory, "state"), { recursive: true, force: true });
  lock.take();
  if (options.archive) setUpS3();
  if (options.watch) bringWatch();
  const state = join(directory, "state");
  const layout = await planLayout(options);
  const { links, logLevel = "info", profiled = false } = options;
  const certificateDirectory =
    links?.certificates ?? options.certificates ?? join(state, "certificates");
  const certificates = await ensureCertificates(certificateDirectory);
  const deviceCa =
    options.deviceAuth === "certificate" ? await ensureDeviceCa(certificateDirectory) : undefined;
  const secrets = ensureSecrets(join(state, "secrets"));
  const natsDirectory = join(state, "nats");
  const shared = { layout, certificates, deviceCa, secrets, links };
  const { silentSeconds, canarySeconds, consoleSettings, oidc, signatures } = options;
  const chosen = { silentSeconds, canarySeconds, consoleSettings, oidc, signatures };
  const endpoints = endpointsOf(layout);
  const receiversFile = endpoints.watch && writeReceivers(state, endpoints.watch.alertmanagerUrl);
  const own = { natsDirectory, receiversFile };
  const app: AppContext = { ...shared, logLevel, profiled, ...own, ...chosen };
  const parts: Parts = { options, layout, certificates, deviceCa, secrets, state };
  const started: ManagedProcess[] = [];

  const groups: ManagedProcess[][] = [];
  const raise = async (group: readonly ManagedProcess[]) => {
    for (const each of group) if (!each.running) each.launch();
    lock.write(started.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }])));
    await Promise.all(group.map((each) => each.ready()));
  };
  const launch = async (specs: readonly ProcessSpec[]) => {
    const fresh = specs.map((spec) => new ManagedProcess(spec, join(directory, "logs")));
    started.push(...fresh);
    groups.push(fresh);
    await raise(fresh);
    options.onProgress?.(`${specs.map((spec) => spec.name).join(", ")}: ready`);
  };
  const stop = async () => {
    // In the reverse order, and those of one kind at once.
    const names = [
      ...appProcesses(options),
      "mosquitto",
      "dynamodb",
      "s3",
      ...replicas("edge", options.edges),
    ];
    const first = started.filter((each) => names.includes(each.name));
    await Promise.all(first.map((each) => each.stop()));
    await Promise.all(started.map((each) => each.stop()));
    lock.release();
  };

  try {
    await launch(serverSpecs(parts));
    await ensureEmulatorTable(layout);
    if (endpoints.s3Url !== undefined) await ensureArchiveBucket(endpoints.s3Url);
    await launch(replicas("edge", options.edges).map((_, i) => edgeSpec(natsLayout(parts), i)));
    if (links) await linked(layout.cores, links.peers.length);
    await runToEnd(provisionSpec(app), directory);
    options.onProgress?.("provision: done");
    await launch(appProcesses(options).map((name) => appSpec(app, name)));
    writeOperatorEnvironment(join(directory, "operator.env"), app);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ directory, endpoints, layout, certificates, deviceCa, secrets },
    processes: started,
    process(name) {
      const found = started.find((each) => each.name === name);
      if (!found)
        throw new Error(
          `no process is called ${name}; there are ${started.map((p) => p.name).join(", ")}`,
        );
      return found;
    },
    async kill() {
      const running = started.filter((each) => each.running);
      for (const each of running) each.kill("SIGKILL");
      await Promise.all(running.map((each) => each.exited()));
    },
    async revive() {
      for (const group of groups) await raise(group);
    },
    stop,
  };
}

/** Whether connections of devices are bounded: where that is asked for and can be had. */
function mayFence({ fence = false, onProgress }: RegionOptions): boolean {
  const obstacle = fence ? fenceObstacle() : undefined;
  if (obstacle !== undefined) {
    onProgress?.(
      `no fence: what one device sends is not bounded before an edge reads it (${obstacle})`,
    );
  }
  return fence && obstacle === undefined;
}

interface Parts {
  readonly options: RegionOptions;
  readonly layout: Layout;
  readonly certificates: Certificates;
  readonly deviceCa: DeviceCa | undefined;
  readonly secrets: Secrets;
  readonly state: string;
}

function natsLayout({ options, state, ...parts }: Parts): NatsLayout {
  const { layout, certificates, deviceCa, secrets } = parts;
  return {
    directory: join(state, "nats"),
    region: options.links?.region ?? "local",
    links: options.links,
    cores: layout.cores,
    edges: layout.edges,
    certificates,
    deviceCaFile: deviceCa?.certFile,
    secrets,
    syncInterval: options.syncInterval ?? defaultSyncInterval,
    profiled: options.profiled ?? false,
  };
}

function serverSpecs(parts: Parts): ProcessSpec[] {
  const { layout, certificates, secrets, state, options } = parts;
  const table = dynamodbSpec({ directory: join(state, "dynamodb"), port: layout.dynamodb });
  return [
    ...(options.sharedTable === undefined ? [table] : []),
    ...(layout.s3 === undefined ? [] : [s3Spec(layout.s3)]),
    ...watchSpecs(parts),
    mosquittoSpec({
      directory: join(state, "mosquitto"),
      listen: { publishers: layout.upstream, bridges: layout.upstreamBridges },
      certificates,
      secrets,
    }),
    ...layout.cores.map((_, index) => coreSpec(natsLayout(parts), index)),
  ];
}

function bringWatch(): void {
  const missing = setUpWatch();
  if (missing !== undefined) throw new Error(missing);
}

/** What watches the region. */
function watchSpecs({ layout, state, options }: Parts): ProcessSpec[] {
  const { watch, processUrls } = endpointsOf(layout);
  if (!layout.watch || !watch) return [];
  const region = options.links?.region ?? "local";
  const { alertmanagerUrl } = watch;
  const at = (name: string) => join(state, name);
  return [
    alertmanagerSpec({ directory: at("alertmanager"), port: layout.watch.alertmanager }),
    prometheusSpec({
      ...{ directory: at("prometheus"), port: layout.watch.prometheus },
      ...{ region, alertmanagerUrl, processUrls },
    }),
  ];
}

async function runToEnd(spec: Omit<ProcessSpec, "ready">, directory: string): Promise<void> {
  const once = new ManagedProcess({ ...spec, ready: async () => {} }, join(directory, "logs"));
  once.launch();
  const code = await once.exited();
  if (code !== 0) throw new Error(`${spec.name} ended with ${code}; see ${once.logFile}`);
}
