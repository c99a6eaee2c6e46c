/**
 * Devices that were away come back all at once while alerts flow to others: how long they wait for what they
 * missed, what those others notice, and the same when a replica of delivery dies meanwhile.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { subjects, topics } from "../app/contract/subjects.ts";
import { jetstream } from "../app/shared/nats.ts";
import { LatencyHistogram, summarise } from "../local/load/latency-histogram.ts";
import { startLoad } from "../local/load/load.ts";
import { registerDevices } from "../local/load/register-devices.ts";
import type { Region } from "../local/region.ts";
import { ms, whole } from "../local/view/format.ts";
import { connectDevice, type Inbox } from "../test/support/clients.ts";
import { connectAs } from "../test/support/stored.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { watchMachine } from "./machine.ts";
import { runStep } from "./run-step.ts";

const options = new Command("node bench/storm.ts")
  .description("Devices come back all at once, while alerts flow; once more with a replica killed.")
  .option("--devices <n>", "devices that come back", "2000")
  .option("--alerts <n>", "alerts that each of them missed", "5")
  .option("--live <n>", "devices that alerts flow to meanwhile", "300")
  .option("--rate <n>", "alerts a second that flow", "600")
  .option("--seconds <n>", "for how long they flow", "60")
  .option("--json <file>", "where the figures go", "bench/storm-results.json")
  .parse()
  .opts<Record<"devices" | "alerts" | "live" | "rate" | "seconds" | "json", string>>();
const [devices, alerts, live, rate, seconds] = [
  Number(options.devices),
  Number(options.alerts),
  Number(options.live),
  Number(options.rate),
  Number(options.seconds),
];
/** As many at a time as one process can open TLS connections for. */
const connectAtOnce = 100;
const limitMs = 300_000;
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);
const credentialsOf = (region: Region) =>
  join(region.directory, "state", "device-credentials.jsonl");

/** Does it for so many of them at a time. */
async function bySome<T, R>(
  all: readonly T[],
  atOnce: number,
  act: (each: T, n: number) => Promise<R>,
) {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    done.push(...(await Promise.all(some.map((each, i) => act(each, at + i)))));
  }
  return done;
}

interface Returning {
  readonly clientId: string;
  readonly password: string;
}

const textOf = (round: number, n: number) => JSON.stringify({ round, n, text: "x".repeat(250) });

async function storeAlerts(region: Region, back: readonly Returning[], round: number) {
  const inspector = await connectAs(region, "inspector");
  const js = jetstream(inspector);
  for (let n = 0; n < alerts; n++) {
    await bySome(back, 500, ({ clientId }) =>
      js.publish(subjects.alerts(clientId), textOf(round, n), { timeout: 60_000 }),
    );
  }
  await inspector.close();
}

/** Connects, subscribes, and waits until it has every alert of this round. @returns how long after it subscribed. */
async function comeBack(
  region: Region,
  device: Returning,
  { round, edge }: { round: number; edge: number },
) {
  const inbox: Inbox = await connectDevice(region, { ...device, edge, connectTimeout: 60_000 });
  const wanted = new Set(Array.from({ length: alerts }, (_, n) => textOf(round, n)));
  const complete = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), limitMs).unref();
    inbox.client.on("message", (_topic, payload) => {
      if (wanted.delete(payload.toString()) && wanted.size === 0) resolve(true);
    });
  });
  const begun = performance.now();
  await inbox.client.subscribeAsync(topics.alerts(device.clientId), { qos: 0 });
  return {
    inbox,
    done: complete.then((whole) => ({
      tookMs: performance.now() - begun,
      lost: wanted.size,
      whole,
    })),
  };
}

async function storm(region: Region, back: readonly Returning[], round: number, killed: boolean) {
  await storeAlerts(region, back, round);
  const machine = watchMachine();
  const load = await startLoad(region, { devices: live, rate, warmUpSeconds: 5 });
  const pids = region.processes.flatMap(({ pid }) => pid ?? []);
  const flowing = runStep(load, { rate, seconds, warmUpSeconds: 0, pids });
  progress("they come back");
  const begun = performance.now();
  const came = await bySome(back, connectAtOnce, (device, n) =>
    comeBack(region, device, { round, edge: n % 2 }),
  );
  const connectedMs = performance.now() - begun;
  if (killed) {
    progress("a replica dies");
    region.process("delivery-1").kill("SIGKILL");
    await region.process("delivery-1").exited();
    await region.process("delivery-1").start();
  }
  const done = await Promise.all(came.map(({ done }) => done));
  const allMs = performance.now() - begun;
  const took = new LatencyHistogram();
  for (const { tookMs } of done) took.record(tookMs);
  const lost = done.reduce((sum, each) => sum + each.lost, 0);
  progress(`all are back after ${whole(allMs)} ms; waiting until no more alerts flow`);
  const step = await flowing;
  await Promise.all(came.map(({ inbox }) => inbox.client.endAsync(true)));
  const flow = { lost: step.lost, latency: step.delivery };
  return {
    killed,
    machine: machine(),
    devices,
    alerts,
    connectedMs,
    allMs,
    took: summarise(took),
    lost,
    rate,
    live: flow,
  };
}

const region = await startTestRegion({ auths: 2, deliveries: 2 });
try {
  progress(`registering ${devices + live} devices`);
  const credentialsFile = credentialsOf(region);
  await registerDevices({ layout: region.layout, credentialsFile, devices: live + devices });
  const lines = readFileSync(credentialsFile, "utf8").trimEnd().split("\n").slice(live);
  const back = lines.map((line) => {
    const { id, secret } = JSON.parse(line) as { id: string; secret: string };
    return { clientId: id, password: secret };
  });
  const storms = [await storm(region, back, 1, false), await storm(region, back, 2, true)];
  const result = { date: new Date().toISOString(), storms };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  const table = new Table({
    head: [
      "",
      "devices",
      "lost",
      "all back s",
      "P50 s",
      "P99 s",
      "flowed",
      "flow lost",
      "flow P50 ms",
      "P99",
    ],
  });
  const inSeconds = (took: number | undefined) => ((took ?? 0) / 1_000).toFixed(1);
  for (const each of storms) {
    const { latency } = each.live;
    table.push([
      ...[each.killed ? "a replica dies" : "", each.devices, each.lost, inSeconds(each.allMs)],
      ...[inSeconds(each.took.p50), inSeconds(each.took.p99), latency.count, each.live.lost],
      ...[ms(latency.p50), ms(latency.p99)],
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
} finally {
  await region.stop();
}
