/**
 * How long devices that were away wait for what they missed, when all of them come back at once; beside it
 * Mosquitto, with the sessions that it keeps. Both from the beginning of the connection and from the
 * subscription. Ends with 1 when a device did not get everything, in order.
 */
import { writeFileSync } from "node:fs";
import Table from "cli-table3";
import { Command } from "commander";
import { nowMs } from "../app/contract/headers.ts";
import { simulatedAlert } from "../local/load/messages.ts";
import type { Region } from "../local/region.ts";
import { ms } from "../local/view/format.ts";
import { registerDevice } from "../test/support/clients.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { count } from "./count-argument.ts";
import { watchMachine } from "./machine.ts";
import { sessionsOfMosquitto } from "./mosquitto-sessions.ts";
import { type Clocks, clocksOf, medianClocks } from "./returning/clocks.ts";
import { beThereOnce } from "./returning/first-session.ts";
import { storeAlerts } from "./returning/missed.ts";
import { type Found, Returns } from "./returning/returns.ts";

const { json, ...options } = new Command("node bench/catch-up.ts")
  .description("Until devices that come back at once have everything that they missed.")
  .option("--devices <n>", "devices that come back at once", count, 200)
  .option("--alerts <n>", "alerts that each of them missed", count, 20)
  .option("--again <n>", "alerts that each got before it left, and is sent again", count, 1)
  .option("--rounds <n>", "how often, each time with other devices; the median counts", count, 3)
  .option("--json <file>", "where the figures go", "bench/catch-up-results.json")
  .parse()
  .opts<Record<"devices" | "alerts" | "again" | "rounds", number> & { json: string }>();
const { devices, alerts, again, rounds } = options;
const limitMs = 120_000;
/** As many connect at a time before they are away. */
const firstAtOnce = 20;
/** For 200 devices that missed 20 alerts each, on a machine that does nothing else. */
const goalMs = 500;
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

interface Round {
  readonly clocks: Clocks;
  readonly found: Found;
}

async function ofRegion(region: Region, round: number): Promise<Round> {
  progress(`round ${round}: ${devices} devices are there once, and go`);
  const logins: { id: string; secret: string }[] = [];
  for (let n = 0; n < devices; n++) {
    const id = `away-${round}-${n}`;
    logins.push({ id, secret: await registerDevice(region, id) });
  }
  const live = { run: `before${round}`, alerts: again };
  const first = { live, atOnce: firstAtOnce, limitMs, onProgress: progress };
  await beThereOnce(region, logins, first);
  const owed = { run: `missed${round}`, alerts };
  await storeAlerts(region, logins, owed);
  progress(`round ${round}: they come back`);
  const returns = new Returns({ region, devices: logins, owed, atOnce: devices, limitMs });
  try {
    await returns.run();
    return { clocks: clocksOf(returns.moments()), found: returns.found() };
  } finally {
    await returns.leave();
  }
}

async function ofMosquitto(round: number): Promise<Clocks> {
  progress(`round ${round}: the same with Mosquitto's sessions`);
  const alert = { client: "away", sentAt: nowMs(), quoteEvery: 0 };
  const payloads = Array.from({ length: alerts }, (_, n) =>
    JSON.stringify(simulatedAlert(`missed${round}`, n, { ...alert, sequence: n + 1 })),
  );
  return clocksOf(await sessionsOfMosquitto({ devices, payloads }));
}

async function all<T>(act: (round: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let round = 1; round <= rounds; round++) done.push(await act(round));
  return done;
}

const machine = watchMachine();
const region = await startTestRegion({ bridges: 0, inspectors: 0, auths: 2, deliveries: 2 });
const back = await all((round) => ofRegion(region, round)).finally(() => region.stop());
const sessions = await all(ofMosquitto);
const median = {
  region: medianClocks(back.map(({ clocks }) => clocks)),
  mosquitto: medianClocks(sessions),
};
const tookMs = median.region.fromSubscription.max;
const goal = { goalMs, tookMs, met: tookMs !== undefined && tookMs < goalMs };
const date = new Date().toISOString();
const result = { date, machine: machine(), options, median, goal, rounds: back, sessions };
writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);

const table = new Table({ head: ["median of rounds, ms", "P50", "P99", "all have all"] });
for (const [name, clocks] of Object.entries(median)) {
  const { fromConnecting, fromSubscription } = clocks;
  const since = name === "region" ? "from subscribing" : "from being connected";
  for (const [what, { p50, p99, max }] of [
    [`${name}, from connecting`, fromConnecting],
    [`${name}, ${since}`, fromSubscription],
  ] as const) {
    table.push([what, ms(p50), ms(p99), ms(max)]);
  }
}
process.stdout.write(`${rounds} rounds of ${devices} devices, ${alerts} alerts each\n`);
process.stdout.write(`${table.toString()}\n`);
const sum = (of: (found: Found) => number) =>
  back.reduce((total, { found }) => total + of(found), 0);
const missing = sum((found) => found.missing);
const misordered = sum((found) => found.outOfOrder + found.misdelivered);
process.stdout.write(
  `${missing} missing, ${misordered} misordered, ${sum((f) => f.duplicated)} twice; ${sum((f) => f.others)} sent again of what they had before; ${sum((f) => f.refused)} logins refused and repeated\n`,
);
process.stdout.write(
  `under ${goalMs} ms from the subscription: ${goal.met ? "met" : "not met"} (${ms(tookMs)} ms)\n`,
);
process.exit(missing + misordered === 0 && rounds > 0 ? 0 : 1);
