/** What an alert takes while one of the two bridges is away, by how long it has been. */
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import Table from "cli-table3";
import { Command } from "commander";
import type { LatencySummary } from "../local/load/latency-histogram.ts";
import { startLoad } from "../local/load/load.ts";
import { ms } from "../local/view/format.ts";
import { metricOf } from "../test/support/metric.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { thisMachine } from "./machine.ts";

const options = new Command("node bench/absent-bridge.ts")
  .description("From publish to device, before, while and after one bridge is away.")
  .option("--rate <n>", "alerts a second", "600")
  .option("--devices <n>", "devices", "500")
  .option("--away <seconds,…>", "how long it has been away at each measurement", "0,15,30,60,90")
  .option("--window <seconds>", "how long each measurement is", "10")
  .option("--json <file>", "where the figures go", "bench/absent-bridge-results.json")
  .parse()
  .opts<Record<"rate" | "devices" | "away" | "window" | "json", string>>();

const windowSeconds = Number(options.window);
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

interface Measured {
  readonly when: string;
  /** What the broker keeps for absent sessions, at the end of the measurement. */
  readonly backlogBytes: number;
  readonly latency: LatencySummary;
}

const region = await startTestRegion({ edges: 1, auths: 1 });
try {
  const [rate, devices] = [Number(options.rate), Number(options.devices)];
  const load = await startLoad(region, { devices, rate, onProgress: progress });
  const stays = { url: `http://127.0.0.1:${region.layout.operations.get("bridge-1")}` };
  const measured: Measured[] = [];
  const measure = async (when: string) => {
    load.measure();
    await delay(windowSeconds * 1_000);
    const backlogBytes = await metricOf(stays, "sentinel_bridge_upstream_backlog_bytes");
    measured.push({ when, backlogBytes, latency: load.state().fleet.latency });
    progress(`${when}: P99 ${ms(load.state().fleet.latency.p99)}`);
  };
  await measure("both are there");
  const leaves = region.process("bridge-2");
  await leaves.stop();
  const leftMs = performance.now();
  for (const seconds of options.away.split(",").map(Number)) {
    await delay(Math.max(0, leftMs + seconds * 1_000 - performance.now()));
    await measure(`away for ${seconds} s`);
  }
  await leaves.start();
  await measure("it is back");
  const { lost } = await load.finish(60_000);
  const result = {
    date: new Date().toISOString(),
    machine: thisMachine,
    rate,
    devices,
    lost,
    measured,
  };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  const table = new Table({ head: ["", "alerts", "P50", "P99", "broker keeps, bytes"] });
  for (const { when, backlogBytes, latency } of measured) {
    table.push([when, latency.count, ms(latency.p50), ms(latency.p99), backlogBytes]);
  }
  process.stdout.write(`${table.toString()}\nlost: ${lost}\n`);
} finally {
  await region.stop();
}
