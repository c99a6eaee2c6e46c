import type { NatsConnection } from "../app/shared/nats.ts";
import { type Sample, scrape, total } from "../app/shared/process-metrics.ts";
import { ask, type Crowd, type CrowdResult } from "./auth-callers.ts";
import { deviceAddress, deviceId, deviceSecret } from "./auth-devices.ts";
import type { Ground } from "./auth-ground.ts";

export interface Scenario {
  readonly name: string;
  readonly seconds: number;
  readonly crowds: Readonly<Record<string, CrowdResult>>;
  /** What the auth process says of the same time. */
  readonly process: ProcessFigures;
}

export interface ProcessFigures {
  readonly decisions: number;
  /** Part of the look-ups that the cache answered. */
  readonly hitRatio: number;
  /** Batch reads that DynamoDB was asked for, and ids that were read. */
  readonly readCalls: number;
  readonly idsRead: number;
  readonly cpuMsPerDecision: number;
}

export interface Bench {
  readonly ground: Ground;
  readonly server: NatsConnection;
  readonly devices: number;
  readonly seconds: number;
  readonly rates: readonly number[];
  readonly onScenario: (scenario: Scenario) => void;
}

/** A step is passed when all get in and this holds. */
export const targetP99Ms = 10;

/** Devices that log in again and again, out of all there are. */
const regulars = 20_000;
/** Short, so that in a run of seconds many records have to be read again. */
const shortLifetime = { CACHE_POSITIVE_SECONDS: "5" };
/** Longer than all steps together. */
const longLifetime = { CACHE_POSITIVE_SECONDS: "600" };
const coldRate = 2_000;

/** Spreads neighbours over the table: the emulator keeps it in order. A prime step visits all. */
const scattered = (n: number, among: number) => (n * 7_919) % among;

const known = (rate: number, among: number): Crowd => ({
  rate,
  login: (n) => {
    const index = scattered(n, among);
    const clientId = deviceId(index);
    return { clientId, password: deviceSecret(clientId), address: deviceAddress(index) };
  },
});

const strangers = (rate: number, run: string): Crowd => ({
  rate,
  login: (n) => ({ clientId: `${run}-${n}`, password: "guess", address: deviceAddress(n * 31) }),
});

function figures(before: readonly Sample[], after: readonly Sample[]): ProcessFigures {
  const grown = (name: string, labels = {}) =>
    total(after, name, labels) - total(before, name, labels);
  const lookups = (result: string) =>
    grown("sentinel_auth_cache_lookups_total", { cache: "login", result });
  const decisions = grown("sentinel_auth_decisions_total");
  const hits = lookups("hit") + lookups("stale");
  const asked = hits + lookups("miss") + lookups("shared") + lookups("unavailable");
  return {
    decisions,
    hitRatio: asked === 0 ? 0 : hits / asked,
    readCalls: grown("sentinel_auth_registry_read_seconds_count"),
    idsRead: lookups("miss"),
    cpuMsPerDecision: (grown("process_cpu_seconds_total") * 1000) / decisions,
  };
}

/** Lets crowds at an auth process and writes down what became of them. */
async function observe(
  { server, onScenario }: Bench,
  url: string,
  plan: { name: string; seconds: number; crowds: Readonly<Record<string, Crowd>> },
): Promise<Scenario> {
  const before = await scrape([url]);
  const crowds = await ask(server, plan.crowds, plan.seconds);
  const process = figures(before, await scrape([url]));
  const scenario = { name: plan.name, seconds: plan.seconds, crowds, process };
  onScenario(scenario);
  return scenario;
}

/** A replica that has just started, and devices of the whole table. */
export async function coldStart(bench: Bench): Promise<Scenario> {
  const auth = await bench.ground.startAuth();
  const crowds = { known: known(coldRate, bench.devices) };
  const seconds = 2 * bench.seconds;
  const scenario = await observe(bench, auth.url, { name: "cold start", seconds, crowds });
  await auth.stop();
  return scenario;
}

const allAdmitted = ({ crowds: { known } }: Scenario) =>
  known !== undefined && known.admitted === known.asked;

export const passed = (step: Scenario) =>
  allAdmitted(step) &&
  (step.crowds["known"]?.latency.p99 ?? Number.POSITIVE_INFINITY) < targetP99Ms;

/**
 * More and more logins a second, until not all get in any more. All from the cache: how fast records
 * come is up to DynamoDB, and here to an emulator, which the cold start shows.
 */
export async function risingRates(bench: Bench): Promise<Scenario[]> {
  const auth = await bench.ground.startAuth(longLifetime);
  const among = Math.min(regulars, bench.devices);
  await ask(bench.server, { known: known(coldRate, among) }, among / coldRate);
  const steps: Scenario[] = [];
  for (const rate of bench.rates) {
    const crowds = { known: known(rate, among) };
    const plan = { name: `${rate}/s`, seconds: bench.seconds, crowds };
    const step = await observe(bench, auth.url, plan);
    steps.push(step);
    if (!allAdmitted(step)) break;
  }
  await auth.stop();
  return steps;
}

/** DynamoDB slow, mute and gone, then back, with a flood of made-up ids. */
export async function troubles(bench: Bench): Promise<Scenario[]> {
  const { ground, seconds } = bench;
  const auth = await ground.startAuth(shortLifetime);
  const among = Math.min(5_000, bench.devices);
  await ask(bench.server, { known: known(coldRate, among) }, among / coldRate);
  const crowds = (run: string) => ({ known: known(1_000, among), strangers: strangers(200, run) });
  const run = (name: string, more = {}) =>
    observe(bench, auth.url, { name, seconds: 2 * seconds, crowds: crowds(name), ...more });

  ground.line.set({ kind: "open", delayMs: 50 });
  const slow = await run("slow");
  ground.line.set({ kind: "silent" });
  const silent = await run("silent");
  ground.line.set({ kind: "cut" });
  const gone = await run("gone");
  ground.line.set({ kind: "open", delayMs: 0 });
  await ask(bench.server, { known: known(coldRate, among) }, among / coldRate);
  const flood = await run("flood", {
    crowds: { known: known(500, among), strangers: strangers(8_000, "flood") },
  });
  await auth.stop();
  return [slow, silent, gone, flood];
}
