/**
 * What it costs to read what one device missed out of a large stream of alerts, and what that costs those
 * who store alerts meanwhile: by subject, and by the index that delivery keeps. One nats-server.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Table from "cli-table3";
import { Command } from "commander";
import { connect } from "nats";
import { subjects } from "../app/contract/subjects.ts";
import { AlertIndexer } from "../app/delivery/alert-indexer.ts";
import { MissedAlerts } from "../app/delivery/missed-alerts.ts";
import { createLog } from "../app/shared/log.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "../app/shared/nats.ts";
import { readBatch } from "../app/shared/stored-messages.ts";
import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../local/load/latency-histogram.ts";
import { ManagedProcess } from "../local/managed-process.ts";
import { findPorts } from "../local/ports.ts";
import { ms, whole } from "../local/view/format.ts";
import { watchMachine } from "./machine.ts";

const options = new Command("node bench/stored-alerts.ts")
  .description(
    "Reads single devices' alerts out of a large stream, by subject and by delivery's index.",
  )
  .option("--alerts <n>", "alerts in the stream", "3000000")
  .option("--devices <n>", "devices that they are for, at random", "1000000")
  .option("--bytes <n>", "payload of each", "700")
  .option("--readers <n>", "devices that are read for, one after the other", "20")
  .option("--json <file>", "where the figures go", "bench/stored-alerts-results.json")
  .parse()
  .opts<Record<"alerts" | "devices" | "bytes" | "readers" | "json", string>>();
const [alerts, devices, bytes, readers] = [
  Number(options.alerts),
  Number(options.devices),
  Number(options.bytes),
  Number(options.readers),
];
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);
const stream = "MQTT_ALERTS";
const payload = Buffer.alloc(bytes, "x");
const anyDevice = () => subjects.alerts(`device-${Math.floor(Math.random() * devices)}`);

const directory = mkdtempSync(join(tmpdir(), "sentinel-stored-"));
const [port = 0] = await findPorts(1);
const configFile = join(directory, "nats-server.conf");
writeFileSync(configFile, `jetstream { store_dir: "${directory}", sync_interval: "10s" }`);
const server = new ManagedProcess(
  {
    name: "nats",
    command: "nats-server",
    args: ["--addr", "127.0.0.1", "--port", `${port}`, "--config", configFile],
    environment: {},
    ready: async () => {
      const connection = await connect({ port });
      const { streams } = await jetstreamManager(connection);
      await streams.names().next();
      await connection.close();
    },
  },
  directory,
);

/** Stores so many, of which `inFlight` wait for their answer at a time. */
async function store(connection: NatsConnection, count: number, inFlight: number) {
  const js = jetstream(connection);
  let left = count;
  const one = async () => {
    while (left-- > 0) await js.publish(anyDevice(), payload);
  };
  await Promise.all(Array.from({ length: inFlight }, one));
}

/** Stores 100 alerts a second until it is ended, and tells how long each took. */
function storeSteadily(connection: NatsConnection) {
  const took = new LatencyHistogram();
  const js = jetstream(connection);
  const under = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const begun = performance.now();
    const stored = js
      .publish(anyDevice(), payload, { timeout: 600_000 })
      .then(() => took.record(performance.now() - begun))
      .finally(() => under.delete(stored));
    under.add(stored);
  }, 10);
  return async () => {
    clearInterval(timer);
    await Promise.all(under);
    return summarise(took);
  };
}

interface Figures {
  readonly what: string;
  /** How long each took, in milliseconds. */
  readonly took: LatencySummary;
  readonly alerts: number;
  /** Of those who stored 100 alerts a second beside it. */
  readonly stored: LatencySummary;
}
const figures: Figures[] = [];

/** Measures what is done, and those who store beside it. @param act returns how many alerts it read. */
async function beside(
  what: string,
  connection: NatsConnection,
  act: (took: LatencyHistogram) => Promise<number>,
) {
  const end = storeSteadily(connection);
  await delay(1_000);
  const took = new LatencyHistogram();
  const found = await act(took);
  const stored = await end();
  figures.push({ what, took: summarise(took), alerts: found, stored });
  progress(JSON.stringify(figures.at(-1)));
}

/** Reads for one device after the other what it missed since the middle of the stream. */
const forEach = (read: (clientId: string) => Promise<number>) => async (took: LatencyHistogram) => {
  let found = 0;
  for (let n = 0; n < readers; n++) {
    const begun = performance.now();
    found += await read(`device-${n * 17}`);
    took.record(performance.now() - begun);
  }
  return found;
};

const config = { name: stream, subjects: ["clients.*.alerts"], allow_direct: true };
const middle = Math.floor(alerts / 2);

/** nats-server knows the subjects of a block for two minutes after it was read. */
const forgottenMs = 140_000;

async function afresh(): Promise<NatsConnection> {
  await server.stop();
  await server.start();
  return connect({ port });
}

async function fill(): Promise<void> {
  await server.start();
  const connection = await connect({ port });
  const { streams } = await jetstreamManager(connection);
  await streams.add(config);
  progress(`storing ${alerts} alerts for ${devices} devices`);
  await store(connection, alerts, 2_000);
  await connection.close();
}

async function reading(): Promise<void> {
  const connection = await afresh();
  const [api, info] = ["$JS.API", `$JS.API.STREAM.INFO.${stream}`];
  const indexer = new AlertIndexer({ connection, api, info, log: createLog("bench", "warn") });
  indexer.start();
  await beside("the index of one half is read", connection, async (took) => {
    const begun = performance.now();
    while (!indexer.reaches(middle)) await indexer.grown();
    took.record(performance.now() - begun);
    return alerts - middle;
  });
  indexer.stop();
  const missed = new MissedAlerts({
    ...{ connection, api, indexer, placeAt: (since: number) => ({ since }), onAnswer: () => {} },
  });
  const byIndex = forEach(async (clientId) => {
    const read = await missed.read(clientId, { sequence: middle });
    return read?.alerts.length ?? 0;
  });
  const bySubject = forEach(async (clientId) => {
    const filter = subjects.alerts(clientId);
    const found = await readBatch(connection, stream, { from: { sequence: middle }, filter });
    return found.length;
  });
  await delay(forgottenMs);
  await beside("read by index", connection, byIndex);
  await beside("read by subject", connection, bySubject);
  await beside("read by subject, once more", connection, bySubject);
  await connection.close();
}

/** To send an alert on, nats-server looks for the one before it of the same subject. */
async function republishing(): Promise<void> {
  const connection = await afresh();
  await delay(forgottenMs);
  await beside("stored only", connection, () => delay(5_000, 0));
  const { streams } = await jetstreamManager(connection);
  const republish = { src: "clients.*.alerts", dest: "deliver.{{wildcard(1)}}.alerts" };
  await streams.update(stream, { ...config, republish });
  await beside("stored and republished", connection, () => delay(5_000, 0));
  await connection.close();
}

const machine = watchMachine();
try {
  await fill();
  await reading();
  await republishing();
  const date = new Date().toISOString();
  const result = { date, machine: machine(), alerts, devices, bytes, readers, figures };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  const table = new Table({ head: ["", "alerts", "P50 ms", "max ms", "stored P50", "P99", "max"] });
  for (const { what, alerts, took, stored } of figures) {
    table.push([
      what,
      whole(alerts),
      ms(took.p50),
      ms(took.max),
      ms(stored.p50),
      ms(stored.p99),
      ms(stored.max),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
} finally {
  await server.stop();
  rmSync(directory, { recursive: true });
}
