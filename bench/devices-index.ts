/**
 * What the console's index of devices takes and how fast it answers, with a whole fleet in it. The
 * devices are written straight into it: no region, no table.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import type { IndexFilter } from "../app/console/device-index/index-search.ts";
import { startIndexThread } from "../app/console/device-index/index-thread.ts";
import type { IndexedDevice } from "../app/console/device-index/indexed-device.ts";
import { createLog } from "../app/shared/log.ts";
import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../local/load/latency-histogram.ts";
import { ms, whole } from "../local/view/format.ts";
import { count } from "./count-argument.ts";
import { deviceOf, type IndexFilled } from "./devices-index-fleet.ts";
import { watchMachine } from "./machine.ts";

const options = new Command("node bench/devices-index.ts")
  .description("Fills the console's index of devices, and looks for devices in it.")
  .option("--devices <n>", "devices in the index, each with two labels", count, 1_500_000)
  .option("--times <n>", "how often each question is asked, of other devices each time", count, 300)
  .option("--json <file>", "where the figures go", "bench/devices-index-results.json")
  .parse()
  .opts<{ devices: number; times: number; json: string }>();
const { devices, times } = options;
const [limit, countAtMost] = [50, 10_001];

const directory = mkdtempSync(join(tmpdir(), "sentinel-devices-index-"));
const path = join(directory, "devices.sqlite");
const machine = watchMachine();
/** In a process of its own, so that this one's memory tells of the answers alone. */
const fill = () => {
  const program = join(import.meta.dirname, "devices-index-fill.ts");
  const filled = execFileSync(process.execPath, [program, path, String(devices)]);
  return JSON.parse(filled.toString()) as IndexFilled;
};
const begin = () =>
  startIndexThread({
    settings: {
      file: { path, limitBytes: 2 ** 31 },
      // Nothing is read there: the index says that it was filled a moment ago.
      ...{ table: "none", aws: { region: "us-east-1", endpoint: "http://127.0.0.1:1" } },
      ...{ unitsPerSecond: 1, everyMs: 86_400_000 },
    },
    onFailure: () => {},
    onBegin: () => {},
    log: createLog("bench", "warn"),
  });

interface Figures {
  readonly what: string;
  readonly took: LatencySummary;
}

/** Asks for a page each time, and for how many there are, as the API does. */
async function measure(
  what: string,
  filterOf: (device: IndexedDevice) => IndexFilter,
  afterOf: (device: IndexedDevice) => string | undefined = () => undefined,
): Promise<Figures> {
  const took = new LatencyHistogram();
  for (let n = 0; n < times; n++) {
    const device = deviceOf(Math.floor((n * devices) / times));
    const [filter, after] = [filterOf(device), afterOf(device)];
    const begun = performance.now();
    await thread.find({ filter, after, limit, countAtMost });
    took.record(performance.now() - begun);
  }
  return { what, took: summarise(took) };
}

/** Where the page begins that has so many before it. */
async function placeOf(filter: IndexFilter, page: number): Promise<string | undefined> {
  let after: string | undefined;
  for (let left = (page - 1) * limit; left > 0; left -= 1_000) {
    const question = { filter, after, limit: Math.min(left, 1_000), countAtMost: 1 };
    after = (await thread.find(question)).names.at(-1) ?? after;
  }
  return after;
}

const nothing = () => ({});
process.stderr.write(`\x1b[2m[bench]\x1b[0m writing ${devices} devices\n`);
const filled = fill();
const megabytes = () => process.memoryUsage().rss / 1e6;
const withoutMB = megabytes();
const thread = begin();
try {
  const lastPage = Math.max(1, Math.min(10_000, Math.floor(devices / limit / 2)));
  const farAway = await placeOf({}, lastPage);
  const active = { status: "active" } as const;
  const farActive = await placeOf(active, lastPage);
  const figures = [
    await measure("page 1 of all", nothing),
    await measure(`page ${whole(lastPage)} of all`, nothing, () => farAway),
    await measure("page 1 of the active", () => active),
    await measure(
      `page ${whole(lastPage)} of the active`,
      () => active,
      () => farActive,
    ),
    await measure("prefix of 8 characters", ({ name }) => ({ prefix: name.slice(0, 8) })),
    await measure("whole id", ({ name }) => ({ prefix: name })),
    await measure("nothing begins so", ({ name }) => ({ prefix: `x${name}` })),
    await measure("suspended", () => ({ status: "suspended" })),
    await measure("damaged", () => ({ status: "damaged" })),
    await measure("home region", ({ region }) => ({ region })),
    await measure("rare label", ({ labels }) => ({ label: labels[0] })),
    await measure("frequent label", ({ labels }) => ({ label: labels[1] })),
    await measure("label, status, region, prefix", ({ labels, region, name }) => ({
      ...{ label: labels[1], status: "suspended", region, prefix: name.slice(0, 8) },
    })),
    await measure(
      "page in the middle of all that",
      ({ labels, region }) => ({
        ...{ label: labels[1], status: "active", region },
      }),
      ({ name }) => name,
    ),
  ];
  const date = new Date().toISOString();
  const memory = { withoutMB, withMB: megabytes() };
  const result = { date, machine: machine(), devices, times, filled, ...memory, figures };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  const table = new Table({ head: ["", "P50 ms", "P99 ms", "max ms"] });
  for (const { what, took } of figures) {
    table.push([what, ms(took.p50), ms(took.p99), ms(took.max)]);
  }
  const { fileMB, seconds, processorSeconds } = filled;
  process.stdout.write(
    `${table.toString()}\n${whole(devices)} devices: file ${whole(fileMB)} MB; process ${whole(withoutMB)} MB without the thread, ${whole(memory.withMB)} MB with it; filled in ${whole(seconds)} s (${whole(processorSeconds)} s of a processor)\n`,
  );
} finally {
  await thread.close();
  rmSync(directory, { recursive: true });
}
