/**
 * Devices that were away come back all at once while alerts flow to others: how long they wait for what they
 * missed, what those others notice beside a quiet while, and the same when a replica of delivery is killed
 * in the middle of it. Ends with 1 when something is lost or misordered, or a process ended.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { type Load, startLoad } from "../local/load/load.ts";
import { registerDevices } from "../local/load/register-devices.ts";
import { warmUp } from "../local/load/warm-up.ts";
import type { Region } from "../local/region.ts";
import { connectAs } from "../test/support/stored.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { count } from "./count-argument.ts";
import { catchUps, caughtUp } from "./flood/caught-up.ts";
import { type Login, loginsOf } from "./flood/orders.ts";
import { type Window, windowLatencies } from "./flood/windows.ts";
import { thisMachine } from "./machine.ts";
import { beThereOnce } from "./returning/first-session.ts";
import { storeAlerts } from "./returning/missed.ts";
import { checksOf } from "./storm/checks.ts";
import { flowOf } from "./storm/flow.ts";
import { runStorm, type Storm } from "./storm/storm.ts";
import { flowLine, flowTable, returnTable } from "./storm/tables.ts";

const options = new Command("node bench/storm.ts")
  .description(
    "Devices come back all at once, while alerts flow; then as many others, with a replica killed.",
  )
  .option("--devices <n>", "devices that come back in each of the two storms", count, 2_000)
  .option("--alerts <n>", "alerts that each of them missed", count, 5)
  .option("--live <n>", "devices that alerts flow to meanwhile", count, 300)
  .option("--rate <n>", "alerts a second that flow", count, 600)
  .option("--at-once <n>", "devices that connect at a time", count, 50)
  .option("--quiet <seconds>", "before each storm, for comparison", count, 20)
  .option(
    "--limit <seconds>",
    "for a storm; two minutes and 0.1 s for each device unless said",
    count,
  )
  .option("--strangers", "devices that come back were never there before (saves their logins)")
  .option("--json <file>", "where the figures go", "bench/storm-results.json")
  .parse()
  .opts<
    Record<"devices" | "alerts" | "live" | "rate" | "atOnce" | "quiet", number> & {
      limit?: number;
      strangers?: true;
      json: string;
    }
  >();
const { devices, alerts, live, rate, atOnce, strangers = false } = options;
const limitMs = (options.limit ?? 120 + devices / 10) * 1_000;
/** What the end of so many sessions takes is over before the next quiet while. */
const settleMs = 20_000;
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

const plans = [
  { name: "storm", owed: { run: "storm1", alerts } },
  { name: "storm, a replica killed", owed: { run: "storm2", alerts }, victim: "delivery-1" },
];

/** Everything that is no part of a storm is done before: what they were, and what they miss. */
async function prepare(region: Region) {
  const all = live + plans.length * devices;
  progress(`registering ${all} devices`);
  const credentialsFile = join(region.directory, "state", "device-credentials.jsonl");
  await registerDevices({ layout: region.layout, credentialsFile, devices: all });
  const logins = loginsOf(credentialsFile);
  const groups = plans.map((_, n) => logins.slice(live + n * devices, live + (n + 1) * devices));
  for (const [n, group] of groups.entries()) {
    if (strangers) break;
    progress(`${devices} devices are there once and go, for storm ${n + 1}`);
    const none = { run: "before", alerts: 0 };
    await beThereOnce(region, group, { live: none, atOnce, limitMs, onProgress: progress });
  }
  for (const [n, { owed }] of plans.entries()) {
    progress(`storing ${devices * alerts} alerts that they miss, for storm ${n + 1}`);
    await storeAlerts(region, groups[n] ?? [], owed);
  }
  return groups;
}

async function storms(
  ground: { region: Region; load: Load; windows: Window[] },
  groups: readonly (readonly Login[])[],
) {
  const found: Storm[] = [];
  for (const [n, plan] of plans.entries()) {
    if (n > 0) await delay(settleMs);
    const settings = { atOnce, limitMs, quietMs: options.quiet * 1_000, onProgress: progress };
    found.push(await runStorm(ground, { ...plan, ...settings, devices: groups[n] ?? [] }));
  }
  return found;
}

async function run(region: Region) {
  const groups = await prepare(region);
  const { processUrls } = region.endpoints;
  const earlier = await catchUps(processUrls);
  const receiptsFile = join(region.directory, "receipts.txt");
  progress(`${live} devices connect, to which ${rate} alerts/s flow`);
  const load = await startLoad(region, {
    ...{ devices: live, rate, receiptsFile },
    // What passes before would come twice.
    subscribed: () => caughtUp(processUrls, earlier + live),
  });
  try {
    const { signal } = new AbortController();
    const warmSeconds = await warmUp(load, { rate, runSeconds: undefined, signal });
    progress(`warm after ${warmSeconds.toFixed(0)} s`);
    const windows: Window[] = [];
    const found = await storms({ region, load, windows }, groups);
    progress("the flow ends; its alerts are counted");
    const flow = flowOf(await load.finish(60_000), live);
    const operator = await connectAs(region, "operator");
    const latencies = await windowLatencies(operator, receiptsFile, windows);
    await operator.close();
    return { storms: found, flow, latencies };
  } finally {
    load.abort();
  }
}

const region = await startTestRegion({ auths: 2, deliveries: 2, logLevel: "warn" });
const { latencies, ...found } = await run(region).finally(() => region.stop());
const checks = checksOf(found.storms, found.flow);
const { json, ...asked } = options;
const whole = Object.fromEntries([...latencies].map(([name, { whole }]) => [name, whole]));
const ground = { date: new Date().toISOString(), machine: thisMachine, options: asked };
writeFileSync(
  json,
  `${JSON.stringify({ ...ground, ...found, latencies: whole, checks }, null, 2)}\n`,
);
process.stdout.write(`${returnTable(found.storms)}\n${flowTable(found.storms, latencies)}\n`);
process.stdout.write(`${flowLine(found.flow)}\n`);
for (const { name, restarted } of found.storms) {
  if (restarted.length > 0) process.stdout.write(`${name}: ${restarted.join(", ")} ended\n`);
}
for (const { what, holds } of checks) {
  process.stdout.write(`${holds ? "holds" : "BROKEN"}: ${what}\n`);
}
process.exit(checks.every(({ holds }) => holds) ? 0 : 1);
