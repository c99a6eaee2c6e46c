/**
 * How long devices that were away wait for what they missed, when all of them come back at once; beside it
 * Mosquitto, with the sessions that it keeps.
 */
import { writeFileSync } from "node:fs";
import Table from "cli-table3";
import { Command } from "commander";
import { subjects, topics } from "../app/contract/subjects.ts";
import { jetstream } from "../app/shared/nats.ts";
import { LatencyHistogram, summarise } from "../local/load/latency-histogram.ts";
import type { Region } from "../local/region.ts";
import { ms } from "../local/view/format.ts";
import { connectDevice, registerDevice } from "../test/support/clients.ts";
import { connectAs } from "../test/support/stored.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { watchMachine } from "./machine.ts";
import { sessionsOfMosquitto } from "./mosquitto-sessions.ts";

const options = new Command("node bench/catch-up.ts")
  .description("From a device's subscription until it has everything that it missed.")
  .option("--devices <n>", "devices that come back at once", "200")
  .option("--alerts <n>", "alerts that each of them missed", "20")
  .option("--json <file>", "where the figures go", "bench/catch-up-results.json")
  .parse()
  .opts<{ devices: string; alerts: string; json: string }>();

const devices = Number(options.devices);
const alerts = Number(options.alerts);
const limitMs = 120_000;
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

const textOf = (n: number) => JSON.stringify({ n, text: "x".repeat(250) });

async function register(region: Region) {
  const ids = Array.from({ length: devices }, (_, i) => `away-${i}`);
  const secrets: [string, string][] = [];
  for (const id of ids) secrets.push([id, await registerDevice(region, id)]);
  return secrets;
}

async function storeAlerts(region: Region, ids: readonly string[]): Promise<void> {
  const inspector = await connectAs(region, "inspector");
  const js = jetstream(inspector);
  for (let n = 0; n < alerts; n++) {
    const payload = textOf(n);
    await Promise.all(ids.map((id) => js.publish(subjects.alerts(id), payload)));
  }
  await inspector.close();
}

/** Connects a device. @returns what subscribes it, and tells when it has everything. */
async function comeBack(region: Region, [clientId, password]: [string, string], edge: number) {
  const { client } = await connectDevice(region, { clientId, password, edge });
  return async () => {
    let numbers: number[] = [];
    const complete = new Promise<void>((resolve, reject) => {
      setTimeout(() => reject(new Error(`${clientId} got ${numbers}`)), limitMs).unref();
      client.on("message", (_topic, payload) => {
        numbers = [...numbers, JSON.parse(payload.toString()).n];
        if (numbers.length === alerts) resolve();
      });
    });
    const subscribed = performance.now();
    await client.subscribeAsync(topics.alerts(clientId), { qos: 0 });
    await complete;
    const tookMs = performance.now() - subscribed;
    if (numbers.some((n, i) => n !== i)) throw new Error(`${clientId} got ${numbers}`);
    return { tookMs, end: () => client.endAsync(true) };
  };
}

/** Connecting is measured on its own: that is a login. */
async function ofRegion() {
  const region = await startTestRegion({ bridges: 0, inspectors: 0, auths: 2, deliveries: 2 });
  try {
    progress(`registering ${devices} devices`);
    const secrets = await register(region);
    progress(`storing ${devices * alerts} alerts`);
    await storeAlerts(
      region,
      secrets.map(([id]) => id),
    );
    progress("connecting");
    const connecting = performance.now();
    const back = await Promise.all(secrets.map((each, i) => comeBack(region, each, i % 2)));
    const begun = performance.now();
    const done = await Promise.all(back.map((subscribe) => subscribe()));
    const ended = performance.now();
    await Promise.all(done.map(({ end }) => end()));
    const took = done.map(({ tookMs }) => tookMs);
    return { connectedMs: begun - connecting, allMs: ended - begun, each: summaryOf(took) };
  } finally {
    await region.stop();
  }
}

async function ofMosquitto() {
  progress("the same with Mosquitto's sessions");
  const payloads = Array.from({ length: alerts }, (_, n) => textOf(n));
  const { allMs, took } = await sessionsOfMosquitto({ devices, payloads });
  return { allMs, each: summaryOf(took) };
}

function summaryOf(took: readonly number[]) {
  const histogram = new LatencyHistogram();
  for (const each of took) histogram.record(each);
  return summarise(histogram);
}

const machine = watchMachine();
const region = await ofRegion();
const mosquitto = await ofMosquitto();
const date = new Date().toISOString();
const result = { date, machine: machine(), devices, alerts, ...region, mosquitto };
writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
const table = new Table({ head: ["", "connected", "then all have all", "P50", "P99"] });
const { each } = region;
table.push(["region", ms(region.connectedMs), ms(region.allMs), ms(each.p50), ms(each.p99)]);
const { p50, p99 } = mosquitto.each;
table.push(["Mosquitto, connecting included", "", ms(mosquitto.allMs), ms(p50), ms(p99)]);
process.stdout.write(`${devices} devices, ${alerts} alerts each\n${table.toString()}\n`);
