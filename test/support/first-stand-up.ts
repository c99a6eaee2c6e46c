import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUpMoto } from "../../app/registry/moto.fixture.ts";
import { type AppContext, appSpec, provisionSpec } from "../../local/app-processes.ts";
import { ensureArchiveBucket } from "../../local/archive-bucket.ts";
import { ensureCertificates } from "../../local/certificates.ts";
import { ensureEmulatorTable } from "../../local/device-table.ts";
import { endpointsOf } from "../../local/endpoints.ts";
import { appProcesses, planLayout } from "../../local/layout.ts";
import { ManagedProcess, type ProcessSpec } from "../../local/managed-process.ts";
import { coreSpec, edgeSpec, type NatsLayout } from "../../local/nats-processes.ts";
import type { RegionOptions } from "../../local/region-options.ts";
import { defaultSyncInterval } from "../../local/region-options.ts";
import { s3Spec } from "../../local/s3-emulator.ts";
import { ensureSecrets } from "../../local/secrets.ts";
import { dynamodbSpec, mosquittoSpec } from "../../local/store-processes.ts";

/** A region that is empty: servers run, and nothing of ours does. */
export interface EmptyRegion {
  /** Starts a process of ours and waits as Pulumi does: until it is ready or, provision, has ended. */
  standUp(process: string): Promise<void>;
  /** Whether its audit can be archived: where Python is, there is an emulator for it. */
  readonly archived: boolean;
  /** The device table, which nothing can reach before. */
  openTable(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the servers of a region that no process of ours has ever seen. */
export async function startEmptyRegion(): Promise<EmptyRegion> {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-first-"));
  const archive = setUpMoto() === undefined;
  const replicas = {
    bridges: 1,
    inspectors: 1,
    auths: 1,
    meters: 1,
    deliveries: 1,
    console: true,
    aggregators: 1,
    archive,
  };
  const options: RegionOptions = { directory, core: 3, edges: 1, ...replicas };
  const layout = await planLayout(options);
  const certificates = await ensureCertificates(join(directory, "certificates"));
  const secrets = ensureSecrets(join(directory, "secrets"));
  const shared = { layout, certificates, secrets };
  const natsDirectory = join(directory, "nats");
  const particulars = {
    ...{ deviceCa: undefined, logLevel: "info", links: undefined, silentSeconds: undefined },
    canarySeconds: undefined,
    oidc: undefined,
    signatures: undefined,
  };
  const app: AppContext = {
    ...shared,
    ...particulars,
    natsDirectory,
    receiversFile: undefined,
    consoleSettings: undefined,
  };
  const nats: NatsLayout = {
    ...{ directory: natsDirectory, region: "local", links: undefined },
    ...{ cores: layout.cores, edges: layout.edges, certificates, secrets },
    ...{ deviceCaFile: undefined, syncInterval: defaultSyncInterval },
  };
  const started: ManagedProcess[] = [];
  const launch = (spec: ProcessSpec) => {
    const managed = new ManagedProcess(spec, join(directory, "logs"));
    started.push(managed);
    managed.launch();
    return managed;
  };
  const listen = { publishers: layout.upstream, bridges: layout.upstreamBridges };
  const broker = { directory: join(directory, "mosquitto"), listen };
  const { s3Url } = endpointsOf(layout);
  const specs = [
    ...(layout.s3 === undefined ? [] : [s3Spec(layout.s3)]),
    ...layout.cores.map((_, index) => coreSpec(nats, index)),
    edgeSpec(nats, 0),
    mosquittoSpec({ ...broker, certificates, secrets }),
  ];
  const stop = async () => {
    await Promise.all([...started].reverse().map((each) => each.stop()));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await Promise.all(specs.map((spec) => launch(spec).ready()));
    if (s3Url !== undefined) await ensureArchiveBucket(s3Url);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    archived: archive,
    async standUp(process) {
      if (process !== "provision") {
        const name = appProcesses(options).find((each) => each.startsWith(`${process}-`));
        return launch(appSpec(app, name ?? process)).ready();
      }
      const job = launch({ ...provisionSpec(app), ready: async () => {} });
      const code = await job.exited();
      if (code !== 0) throw new Error(`provision ended with ${code}`);
    },
    async openTable() {
      const table = { directory: join(directory, "dynamodb"), port: layout.dynamodb };
      await launch(dynamodbSpec(table)).ready();
      await ensureEmulatorTable(layout);
    },
    stop,
  };
}
