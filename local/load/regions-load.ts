import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RegionName } from "../../app/contract/regions.ts";
import type { Region } from "../region.ts";
import type { SentLine } from "./delivery-ledger.ts";
import {
  type Fleet,
  journalsOf,
  type LoadState,
  type Publisher,
  startFleet,
  startPublisher,
  stopPublishing,
  targetOf,
} from "./load.ts";
import { registerDevices } from "./register-devices.ts";

export interface RegionsLoadOptions {
  readonly regions: ReadonlyMap<RegionName, Region>;
  /** Where the devices' secrets are kept, for all regions. */
  readonly credentialsFile: string;
  /** How many of the devices connect to each region. */
  readonly devices: ReadonlyMap<RegionName, number>;
  /** Alerts and reports a second in all regions together. */
  readonly rate: number;
  readonly reportRate: number;
  /**
   * Whether a region may go down whole: devices then try the others, too, and publishers keep what is
   * not confirmed as stored.
   */
  readonly outage?: boolean;
  readonly onProgress?: (line: string) => void;
}

export interface RegionsResult {
  readonly states: ReadonlyMap<RegionName, LoadState>;
  /** Acknowledged by any region's upstream broker, and never delivered. */
  readonly lost: number;
}

/** What one region's publisher sends to the devices of all of them, and the devices of one region. */
interface Part {
  readonly region: RegionName;
  readonly clients: ReadonlySet<string>;
  readonly fleet: Fleet;
  readonly publisher: Publisher;
  readonly run: string;
}

export interface RegionsLoad {
  /** Where a publisher's run enters. */
  readonly origins: ReadonlyMap<string, RegionName>;
  /** The latest that all processes told. */
  states(): ReadonlyMap<RegionName, LoadState>;
  /** Forgets the latencies so far. */
  measure(): void;
  /** Stops publishing, waits until everything arrived or `settleMs` are over, and counts. */
  finish(settleMs: number): Promise<RegionsResult>;
  abort(): void;
}

const statesOf = (parts: readonly Part[]) =>
  new Map(
    parts.map(({ region, fleet, publisher }) => {
      if (!fleet.latest || !publisher.latest) throw new Error("the load has not started");
      return [region, { fleet: fleet.latest, publisher: publisher.latest }] as const;
    }),
  );

/** Registers the devices once, connects each to its region, and publishes to all of them in every region. */
export async function startRegionsLoad(options: RegionsLoadOptions): Promise<RegionsLoad> {
  const { regions, rate, reportRate } = options;
  const targets = await targetsOf(options);
  const ends: (() => void)[] = [];
  const abort = () => {
    for (const end of ends) end();
  };
  try {
    const fleets = await Promise.all(
      targets.map(async ({ target, ...part }) => {
        const { region, clients } = part;
        const share = clients.size / target.clients.length;
        const settings = { devices: clients.size, rate: 0, reportRate: reportRate * share };
        const fleet = await startFleet(target, { ...settings, attackEvery: 10 });
        ends.push(() => fleet.end());
        options.onProgress?.(`${region}: ${clients.size} devices connected by TLS 1.3`);
        return { ...part, target, fleet };
      }),
    );
    const parts = await Promise.all(
      fleets.map(async ({ target, journals, ...part }) => {
        const settings = {
          devices: target.clients.length,
          rate: rate / regions.size,
          quoteEvery: 50,
          ...(journals !== undefined && { journals }),
        };
        const started = await startPublisher(target, settings);
        ends.push(() => started.publisher.end());
        return { ...part, ...started };
      }),
    );
    return {
      origins: new Map(parts.map(({ run, region }) => [run, region])),
      states: () => statesOf(parts),
      measure: () => {
        for (const { fleet } of parts) fleet.tell({ kind: "measure" });
      },
      finish: (settleMs) => finish(parts, settleMs).finally(abort),
      abort,
    };
  } catch (error) {
    abort();
    throw error;
  }
}

async function targetsOf(options: RegionsLoadOptions) {
  const { regions, credentialsFile, devices, outage = false } = options;
  const [first] = regions.values();
  if (!first) throw new Error("there is no region to load");
  const total = [...devices.values()].reduce((sum, each) => sum + each, 0);
  const clients = await registerDevices({
    ...{ layout: first.layout, credentialsFile, devices: total },
  });
  const lines = readFileSync(credentialsFile, "utf8").trimEnd().split("\n");
  let begin = 0;
  return [...regions].map(([name, region]) => {
    const end = begin + (devices.get(name) ?? 0);
    const file = join(region.directory, "state", "device-credentials.jsonl");
    writeFileSync(file, `${lines.slice(begin, end).join("\n")}\n`, { mode: 0o600 });
    const own = new Set(clients.slice(begin, end));
    begin = end;
    const target = targetOf(region, { credentialsFile: file, clients });
    const others = [...regions.values()].filter((each) => each !== region);
    const elsewhere = outage ? others.flatMap(({ endpoints }) => endpoints.edgeUrls) : [];
    const journals = outage ? journalsOf(region) : undefined;
    return { region: name, target: { ...target, elsewhere }, clients: own, journals };
  });
}

async function finish(parts: readonly Part[], settleMs: number): Promise<RegionsResult> {
  const sent = await Promise.all(
    parts.map(async ({ run, publisher }) => {
      const { sequences = [] } = await stopPublishing(publisher);
      return { run, sequences };
    }),
  );
  const deadline = Date.now() + settleMs;
  for (;;) {
    const missing = await Promise.all(parts.map((part) => missingIn(part, sent)));
    const lost = missing.reduce((sum, each) => sum + each, 0);
    if (lost === 0 || Date.now() > deadline) return { states: statesOf(parts), lost };
    await delay(200);
  }
}

/** How many alerts of all runs the devices of one region lack. */
async function missingIn(
  { fleet, clients }: Part,
  sent: readonly { readonly run: string; readonly sequences: readonly SentLine[] }[],
): Promise<number> {
  let lacked = 0;
  for (const { run, sequences } of sent) {
    const own = sequences.filter(([client]) => clients.has(client));
    const { missing = 0 } = await fleet.ask({ kind: "expect", run, sequences: own });
    lacked += missing;
  }
  return lacked;
}
