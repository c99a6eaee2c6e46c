/** How long devices that were away wait for what they missed, when all of them come back at once. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
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
    const payload = JSON.stringify({ n, text: "x".repeat(250) });
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
    const begun = performance.now();
    await client.subscribeAsync(topics.alerts(clientId), { qos: 0 });
    await complete;
    const tookMs = performance.now() - begun;
    if (numbers.some((n, i) => n !== i)) throw new Error(`${clientId} got ${numbers}`);
    return { tookMs, end: () => client.endAsync(true) };
  };
}

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
  const back = await Promise.all(secrets.map((each, i) => comeBack(region, each, i % 2)));
  const begun = performance.now();
  const done = await Promise.all(back.map((subscribe) => subscribe()));
  const allMs = performance.now() - begun;
  const histogram = new LatencyHistogram();
  for (const { tookMs } of done) histogram.record(tookMs);
  await Promise.all(done.map(({ end }) => end()));
  const each = summarise(histogram);
  const [processor] = cpus();
  const machine = { processors: cpus().length, model: processor?.model };
  const result = { date: new Date().toISOString(), machine, devices, alerts, allMs, each };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  const table = new Table({ head: ["devices", "alerts each", "all have all", "P50", "P99"] });
  table.push([devices, alerts, ms(allMs), ms(each.p50), ms(each.p99)]);
  process.stdout.write(`${table.toString()}\n`);
} finally {
  await region.stop();
}
