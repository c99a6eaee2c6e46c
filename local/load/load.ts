import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Region } from "../region.ts";
import { issueDeviceCertificates } from "./device-certificates.ts";
import type {
  FleetCommand,
  FleetOrders,
  FleetState,
  PublisherCommand,
  PublisherOrders,
  PublisherState,
} from "./protocol.ts";
import { registerDevices } from "./register-devices.ts";
import { Worker } from "./worker.ts";

/** Where publishers and devices connect, and as whom. */
export interface LoadTarget {
  readonly upstreamUrl: string;
  readonly edgeUrls: readonly string[];
  /** Where devices try, too, when they lose their connection. */
  readonly elsewhere?: readonly string[];
  readonly caFile: string;
  readonly username: string;
  readonly passwordFile: string;
  /** JSON lines of client id and secret. */
  readonly credentialsFile: string;
  /** Of client id, certificate and key, where devices use certificates. */
  readonly certificatesFile?: string;
  readonly clients: readonly string[];
}

export interface LoadOptions {
  readonly devices: number;
  /** Alerts a second. */
  readonly rate: number;
  /**
   * Latencies of the first seconds are not measured: caches and compilers are cold, as they are once
   * in the life of a process. Losses count from the first alert on.
   */
  readonly warmUpSeconds?: number;
  readonly reportRate?: number;
  /** Devices that connect in a second; 70 unless said. */
  readonly connectRate?: number;
  /** One alert in this many quotes an attack; 0 for none. */
  readonly quoteEvery?: number;
  /** One report in this many is an attack; 0 for none. */
  readonly attackEvery?: number;
  /** Where the fleet notes when each alert arrived: lines of id and milliseconds. */
  readonly receiptsFile?: string;
  /** Publish by the library, which keeps alerts until they are confirmed, in a folder below this one. */
  readonly journals?: string;
  /** Awaited when all devices have subscribed, before the first alert. */
  readonly subscribed?: () => Promise<void>;
  readonly onProgress?: (line: string) => void;
}

export interface LoadState {
  readonly publisher: PublisherState;
  readonly fleet: FleetState;
}

export interface LoadResult extends LoadState {
  /** Acknowledged by the upstream broker and never delivered. */
  readonly lost: number;
}

export interface Load {
  /** The latest that both processes told. */
  state(): LoadState;
  /** Stops publishing, waits until everything arrived or `settleMs` are over, and counts. */
  finish(settleMs?: number): Promise<LoadResult>;
  /** Of both processes. */
  readonly pids: readonly number[];
  /** Forgets the latencies so far. */
  measure(): void;
  /** Ends both processes at once. */
  abort(): void;
}

export type Fleet = Worker<FleetState, FleetOrders, FleetCommand>;
export type Publisher = Worker<PublisherState, PublisherOrders, PublisherCommand>;

/** Runs of publishers that this process starts begin so. */
const session = randomBytes(4).toString("hex");
const defaultConnectRate = 70;
const connectLimitMs = 120_000;

/** Registers the fleet in a region, connects it and publishes to it, until `finish`. */
export async function startLoad(region: Region, options: LoadOptions): Promise<Load> {
  const credentialsFile = join(region.directory, "state", "device-credentials.jsonl");
  const { devices } = options;
  const clients = await registerDevices({ layout: region.layout, credentialsFile, devices });
  const certificatesFile = join(region.directory, "state", "device-certificates.jsonl");
  const { deviceCa } = region;
  if (deviceCa) await issueDeviceCertificates({ deviceCa, file: certificatesFile, clients });
  options.onProgress?.(`${devices} devices registered, connecting`);
  const devicesOf = { credentialsFile, ...(deviceCa && { certificatesFile }), clients };
  return startLoadOn(targetOf(region, devicesOf), options);
}

/** Where a region's publisher keeps what is not confirmed. */
export const journalsOf = ({ directory }: Pick<Region, "directory">) =>
  join(directory, "state", "publisher");

/** A region as the simulated publisher and devices find it. */
export const targetOf = (
  { endpoints, certificates, secrets }: Region,
  devices: Pick<LoadTarget, "credentialsFile" | "certificatesFile" | "clients">,
): LoadTarget => ({
  upstreamUrl: endpoints.upstreamUrl,
  edgeUrls: endpoints.edgeUrls,
  caFile: certificates.caFile,
  username: "publisher",
  passwordFile: secrets.upstreamPasswordFile("publisher"),
  ...devices,
});

/** Devices of a target, all of them connected. */
export async function startFleet(target: LoadTarget, options: LoadOptions): Promise<Fleet> {
  const fleet: Fleet = new Worker("fleet.ts", {
    urls: target.edgeUrls,
    elsewhere: target.elsewhere ?? [],
    caFile: target.caFile,
    credentialsFile: target.credentialsFile,
    ...(target.certificatesFile !== undefined && { certificatesFile: target.certificatesFile }),
    devices: options.devices,
    connectRate: options.connectRate ?? defaultConnectRate,
    reportRate: options.reportRate ?? 0,
    attackEvery: options.attackEvery ?? 0,
    session,
    ...(options.receiptsFile !== undefined && { receiptsFile: options.receiptsFile }),
  });
  try {
    const all = (state: FleetState) => state.subscribed >= options.devices;
    await fleet.until(all, connectLimitMs, "connecting the devices");
    await options.subscribed?.();
  } catch (error) {
    fleet.end();
    throw error;
  }
  options.onProgress?.(`${options.devices} devices connected by TLS 1.3`);
  fleet.tell({ kind: "report" });
  return fleet;
}

/** Who publishes to a target's clients. */
export async function startPublisher(
  target: LoadTarget,
  options: LoadOptions,
): Promise<{ readonly run: string; readonly publisher: Publisher }> {
  const run = `${session}${randomBytes(2).toString("hex")}`;
  const publisher: Publisher = new Worker("publisher.ts", {
    url: target.upstreamUrl,
    caFile: target.caFile,
    username: target.username,
    passwordFile: target.passwordFile,
    run,
    clients: target.clients,
    rate: options.rate,
    quoteEvery: options.quoteEvery ?? 0,
    // What an earlier run left behind is not this one's.
    ...(options.journals !== undefined && { journal: join(options.journals, run) }),
  });
  try {
    await publisher.until((s) => s.sent > 0, connectLimitMs, "publishing the first alert");
  } catch (error) {
    publisher.end();
    throw error;
  }
  return { run, publisher };
}

/** Ends publishing. @returns also what was sent to each client. */
export async function stopPublishing(publisher: Publisher): Promise<PublisherState> {
  publisher.tell({ kind: "stop" });
  return publisher.until((s) => s.sequences !== undefined, 90_000, "settling the publisher");
}

/** The same on whatever brokers the target names. */
export async function startLoadOn(target: LoadTarget, options: LoadOptions): Promise<Load> {
  const fleet = await startFleet(target, options);
  const { run, publisher } = await startPublisher(target, options).catch((error) => {
    fleet.end();
    throw error;
  });
  const warm = setTimeout(
    () => fleet.tell({ kind: "measure" }),
    (options.warmUpSeconds ?? 0) * 1000,
  );
  const abort = () => {
    clearTimeout(warm);
    publisher.end();
    fleet.end();
  };
  const state = (): LoadState => {
    if (!publisher.latest || !fleet.latest) throw new Error("the load has not started");
    return { publisher: publisher.latest, fleet: fleet.latest };
  };
  return {
    state,
    abort,
    pids: [publisher.pid, fleet.pid],
    measure: () => fleet.tell({ kind: "measure" }),
    finish: (settleMs = 30_000) => finish({ publisher, fleet, run, abort, settleMs }),
  };
}

async function finish(parts: {
  publisher: Publisher;
  fleet: Fleet;
  run: string;
  abort: () => void;
  settleMs: number;
}): Promise<LoadResult> {
  const { publisher, fleet, run } = parts;
  const sent = await stopPublishing(publisher);
  const sequences = sent.sequences ?? [];
  const deadline = Date.now() + parts.settleMs;
  for (;;) {
    const state = await fleet.ask({ kind: "expect", run, sequences });
    const { missing = 0 } = state;
    if (missing === 0 || Date.now() > deadline) {
      parts.abort();
      return { publisher: sent, fleet: state, lost: missing };
    }
    await delay(200);
  }
}
