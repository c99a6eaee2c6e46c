/** `node bench/flood.ts`: what devices that attack, and one that is sent much, cost the alerts of others. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import type { NatsConnection } from "../app/shared/nats.ts";
import { storedNow } from "../app/shared/stored-messages.ts";
import { startLoad } from "../local/load/load.ts";
import { registerDevices } from "../local/load/register-devices.ts";
import { type Region, startRegion } from "../local/region.ts";
import { wholeRegion } from "../local/region-options.ts";
import { connectAs } from "../test/support/stored.ts";
import { count } from "./count-argument.ts";
import { catchUps, caughtUp } from "./flood/caught-up.ts";
import {
  type CrowdOrders,
  type CrowdResult,
  type FlooderFound,
  type FlooderOrders,
  type FlooderResult,
  type HonestOrders,
  type HonestResult,
  loginsOf,
} from "./flood/orders.ts";
import type { Measured } from "./flood/processors.ts";
import { startRole } from "./flood/role.ts";
import { takenIn } from "./flood/sessions.ts";
import {
  attackTable,
  before,
  latencyTable,
  processorTable,
  type Stretch,
  secondsLine,
  stageTable,
} from "./flood/tables.ts";
import { startWatch } from "./flood/watch.ts";
import { windowLatencies } from "./flood/windows.ts";
import { thisMachine } from "./machine.ts";

const options = new Command("node bench/flood.ts")
  .description("Alerts to devices, at rest and while others attack or one device is sent much.")
  .option("--rate <n>", "alerts a second", count, 600)
  .option("--devices <n>", "TLS devices that get them", count, 300)
  .option("--quiet <seconds>", "before each attack", count, 20)
  .option("--flooders <n>", "devices that send too much; 0 leaves this out", count, 100)
  .option("--flood-rate <n>", "reports a second of each, as the machine allows", count, 1_500)
  .option("--seconds <n>", "how long they do, coming back again and again", count, 60)
  .option("--honest <n>", "devices that report once a second meanwhile", count, 10)
  .option("--burst <n>", "alerts for one device at once; 0 leaves this out", count, 3_000)
  .option("--loopers <n>", "devices that subscribe and unsubscribe; 0 leaves this out", count, 8)
  .option("--json <file>", "where the figures go", "bench/flood-results.json")
  .parse()
  .opts<
    Record<"rate" | "devices" | "quiet" | "seconds" | "flooders", number> &
      Record<"floodRate" | "honest" | "burst" | "loopers", number> & { json: string }
  >();
const { rate, devices, quiet: quietSeconds, seconds, flooders, floodRate } = options;
const { honest, burst, loopers } = options;
const warmUpSeconds = 5;
/** What an attack leaves behind is carried off before the next stretch. */
const settleSeconds = 10;
const directory = resolve(".local/bench-flood");
const receiptsFile = join(directory, "receipts.txt");
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

interface Ground {
  readonly region: Region;
  readonly places: (from: number, count: number) => HonestOrders;
  readonly stretches: Stretch[];
  /** Of the load, which is none of the region's. */
  readonly measured: readonly Measured[];
}

/** Runs something as a stretch of its own. */
async function stretch<T>(
  { region, stretches, measured }: Ground,
  name: string,
  work: () => Promise<T>,
) {
  progress(name);
  const watched = await startWatch(region.endpoints.processUrls, [
    ...region.processes,
    ...measured,
  ]);
  const fromMs = Date.now();
  const result = await work();
  const untilMs = Date.now();
  stretches.push({ name, fromMs, untilMs, watched: await watched() });
  return result;
}

async function attackBy(ground: Ground, name: string, orders: FlooderOrders) {
  const limitMs = (orders.seconds + 60) * 1000;
  const flooding = startRole<FlooderOrders, FlooderFound[]>("flooders.ts", orders);
  await flooding.ready();
  await stretch(ground, before(name), () => delay(quietSeconds * 1000));
  const found = await stretch(ground, name, () => {
    flooding.go();
    return flooding.result(limitMs);
  });
  await delay(settleSeconds * 1000);
  const monitors = ground.region.layout.edges.map(({ monitor }) => `http://127.0.0.1:${monitor}`);
  const read = await takenIn(monitors);
  return found.map((each): FlooderResult => {
    const { reports = 0, untilMs = 0 } = read.get(each.id) ?? {};
    return { ...each, read: reports, edgeOffMs: Math.max(0, untilMs - (each.firstMs ?? untilMs)) };
  });
}

async function flood(ground: Ground) {
  const { region } = ground;
  const reporting = startRole<HonestOrders, HonestResult>(
    "honest.ts",
    ground.places(devices, honest),
  );
  await reporting.ready();
  const attackers = ground.places(devices + honest, flooders);
  const orders = { ...attackers, seconds, reportsPerSecond: floodRate };
  const found = await attackBy(ground, "flood", orders);
  reporting.go();
  const told = await reporting.result(60_000);
  const operator = await connectAs(region, "operator");
  const ids = ground.places(devices, honest).logins.map(({ id }) => id);
  const stored = await storedReports(operator, ids, told.sent);
  await operator.close();
  return { flooders: found, honest: { ...told, stored } };
}

/** Of honest devices, once all of them are there or half a minute is over. */
async function storedReports(operator: NatsConnection, ids: readonly string[], wanted: number) {
  const endMs = performance.now() + 30_000;
  for (;;) {
    let stored = 0;
    for (const id of ids) {
      const own = { from: { sequence: 1 }, filter: `reports.${id}` };
      for await (const _ of storedNow(operator, "REPORTS", own)) stored++;
    }
    if (stored >= wanted || performance.now() > endMs) return stored;
    await delay(1_000);
  }
}

async function crowd(ground: Ground): Promise<CrowdResult> {
  const { region } = ground;
  const orders: CrowdOrders = {
    ...ground.places(devices + honest + flooders, 1),
    upstreamUrl: region.endpoints.upstreamUrl,
    passwordFile: region.secrets.upstreamPasswordFile("publisher"),
    alerts: burst,
  };
  await stretch(ground, before("burst"), () => delay(quietSeconds * 1000));
  const { processUrls } = region.endpoints;
  const earlier = await catchUps(processUrls);
  const crowded = startRole<CrowdOrders, CrowdResult>("crowd.ts", orders);
  await crowded.ready();
  await caughtUp(processUrls, earlier + 1);
  const found = await stretch(ground, "burst", () => {
    crowded.go();
    return crowded.result(120_000);
  });
  await delay(settleSeconds * 1000);
  return found;
}

async function run(region: Region) {
  const credentialsFile = join(directory, "state", "device-credentials.jsonl");
  const all = devices + honest + flooders + 1 + loopers;
  await registerDevices({ layout: region.layout, credentialsFile, devices: all });
  const logins = loginsOf(credentialsFile);
  const { edgeUrls: urls } = region.endpoints;
  const { caFile } = region.certificates;
  const places = (from: number, count: number) => ({
    ...{ urls, caFile, logins: logins.slice(from, from + count) },
  });
  progress(`${devices} devices connect`);
  const load = await startLoad(region, {
    ...{ devices, rate, receiptsFile, warmUpSeconds },
    subscribed: () => caughtUp(region.endpoints.processUrls, devices),
  });
  const measured = load.pids.map((pid, i) => ({ name: ["publisher", "fleet"][i] ?? "", pid }));
  const ground: Ground = { region, places, stretches: [], measured };
  await delay(warmUpSeconds * 1000);
  const crowded = burst > 0 ? await crowd(ground) : undefined;
  const looping = { ...places(all - loopers, loopers), seconds: 10, reportsPerSecond: 0 };
  const looped = loopers > 0 ? await attackBy(ground, "subscriptions", looping) : undefined;
  const flooded = flooders > 0 ? await flood(ground) : undefined;
  const { lost, fleet } = await load.finish(60_000);
  const operator = await connectAs(region, "operator");
  const latencies = await windowLatencies(operator, receiptsFile, ground.stretches);
  await operator.close();
  const { duplicated, outOfOrder, misdelivered } = fleet;
  const alerts = { lost, duplicated, outOfOrder, misdelivered };
  return { alerts, stretches: ground.stretches, latencies, crowded, looped, flooded };
}

mkdirSync(directory, { recursive: true });
const region = await startRegion({
  ...{ ...wholeRegion, directory, fresh: true, logLevel: "warn" },
  onProgress: progress,
});
const results = await run(region).finally(() => region.stop());
const { latencies, looped, flooded, ...rest } = results;
process.stdout.write(
  `${latencyTable(results)}\n${stageTable(latencies)}\n${secondsLine(latencies)}\n`,
);
process.stdout.write(`${processorTable(rest.stretches)}\n`);
process.stdout.write(`${attackTable([...(flooded?.flooders ?? []), ...(looped ?? [])])}\n`);
process.stdout.write(
  `${JSON.stringify({ ...rest.alerts, crowd: rest.crowded, honest: flooded?.honest })}\n`,
);
const machine = thisMachine;
const { json, ...asked } = options;
const found = { ...rest, latencies: Object.fromEntries(latencies), looped, flooded };
writeFileSync(
  json,
  `${JSON.stringify({ date: new Date().toISOString(), machine, options: asked, ...found }, null, 2)}\n`,
);
if (process.env["KEEP_BENCH"] === undefined) rmSync(directory, { recursive: true, force: true });
