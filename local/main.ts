/** `make up`: a region under load on this machine, until it is stopped or its time is over. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { printable, printableLines } from "../app/shared/printable.ts";
import { scrape } from "../app/shared/process-metrics.ts";
import { aborted } from "./aborted.ts";
import { journalsOf, type Load, startLoad } from "./load/load.ts";
import { warmUp } from "./load/warm-up.ts";
import { parseOptions, type UpOptions } from "./options.ts";
import { ProcessorWatch } from "./processor-watch.ts";
import { type Region, startRegion } from "./region.ts";
import { wholeRegion } from "./region-options.ts";
import { runRegions } from "./regions-run.ts";
import { signInLink } from "./sign-in-link.ts";
import { liveLine, liveTable, type Moment } from "./view/live-table.ts";
import { stageFigures } from "./view/stage-figures.ts";
import { summarise, summaryTable } from "./view/summary.ts";

const progress = (line: string) =>
  process.stderr.write(`\x1b[2m[up]\x1b[0m ${printable(line, 500)}\n`);
const drawn = process.stdout.isTTY;

const options = parseOptions(process.argv.slice(2));
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (!interrupted.signal.aborted) progress("stopping, as soon as what is starting is there");
    interrupted.abort();
  });
}

async function figures(region: Region) {
  return stageFigures(await scrape(region.endpoints.processUrls.values()));
}

/** Draws over itself on a terminal, prints a line every five seconds elsewhere. */
async function watch(region: Region, load: Load): Promise<number> {
  const started = performance.now();
  const moment = async (): Promise<Moment> => ({
    at: (performance.now() - started) / 1000,
    load: load.state(),
    stages: await figures(region),
  });
  let before = await moment();
  if (drawn) process.stdout.write("\x1b[2J");
  for (;;) {
    const left = (options.for ?? Number.POSITIVE_INFINITY) - (performance.now() - started) / 1000;
    if (left <= 0 || interrupted.signal.aborted) return (performance.now() - started) / 1000;
    const pause = Math.min(drawn ? 1_000 : 5_000, left * 1000);
    await delay(pause, undefined, { signal: interrupted.signal }).catch(() => {});
    const now = await moment();
    if (drawn) process.stdout.write(`\x1b[H${title(now.at)}\n${liveTable(now, before)}\x1b[J\n`);
    else process.stdout.write(`${liveLine(now, before)}\n`);
    before = now;
  }
}

function title(seconds: number): string {
  const left = options.for
    ? `${Math.max(0, Math.round(options.for - seconds))} s left`
    : "Ctrl-C ends it";
  return `\x1b[1mMQTT Sentinel\x1b[0m, one region on this machine · ${left} · watch: ./sentinel tail\x1b[K\n${pageLine}\x1b[K`;
}

async function runUnderLoad(region: Region): Promise<number> {
  const load = await startLoad(region, {
    devices: options.devices,
    rate: options.rate,
    reportRate: options.reportRate,
    quoteEvery: 50,
    attackEvery: 10,
    ...(options.confirm && { journals: journalsOf(region) }),
    onProgress: progress,
  });
  const processors = new ProcessorWatch({
    region: () => region.processes.flatMap(({ pid }) => pid ?? []),
    load: () => [...load.pids],
  });
  const { rate, devices, for: runSeconds } = options;
  const warming = warmUp(load, { rate, runSeconds, signal: interrupted.signal }).then((seconds) => {
    processors.begin();
    return seconds;
  });
  try {
    const seconds = await watch(region, load);
    const run = { seconds, devices, processors: processors.shares() };
    const warmUpSeconds = await warming;
    progress("publishing stopped, waiting for what is on its way");
    const result = await load.finish();
    const stages = await figures(region);
    const summary = summarise({ ...run, warmUpSeconds, result, stages });
    process.stdout.write(`${summaryTable(summary, stages)}\n${JSON.stringify(summary)}\n`);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(summary, null, 2)}\n`);
    for (const failure of summary.failures) process.stderr.write(`FAILED: ${failure}\n`);
    if (summary.late) process.stderr.write(`LATE: ${summary.late}\n`);
    return summary.failures.length > 0 || (options.strict && summary.late) ? 1 : 0;
  } finally {
    processors.stop();
    load.abort();
  }
}

/** Also where the live table is drawn over what was said before. */
let pageLine = "";

async function tellPage(region: Region): Promise<void> {
  const link = await signInLink(region);
  pageLine = `the page: ${region.endpoints.apiUrl}`;
  progress(`${pageLine}, its certificate is by ${region.certificates.caFile}`);
  progress(`sign in within a quarter of an hour, once: ${link}`);
  const { watch } = region.endpoints;
  if (watch) progress(`Alertmanager: ${watch.alertmanagerUrl}  Prometheus: ${watch.prometheusUrl}`);
}

async function run({ directory, ...rest }: UpOptions): Promise<number> {
  const started = performance.now();
  const region = await startRegion({
    ...wholeRegion,
    directory: resolve(directory),
    onProgress: progress,
    syncInterval: rest.syncInterval,
    deviceAuth: rest.deviceAuth,
    archive: rest.archive ?? false,
    watch: rest.watch ?? false,
    logLevel: rest.logLevel,
    ...(rest.basePort !== undefined && { basePort: rest.basePort }),
    ...(rest.fresh && { fresh: true }),
  });
  progress(
    `the region is up after ${((performance.now() - started) / 1000).toFixed(1)} s, logs in ${directory}/logs`,
  );
  try {
    await tellPage(region);
    if (rest.load) return await runUnderLoad(region);
    progress(
      `devices: ${region.endpoints.edgeUrls.join(" ")}  publishers: ${region.endpoints.upstreamUrl}  Ctrl-C ends it`,
    );
    await aborted(interrupted.signal);
    return 0;
  } finally {
    progress("stopping");
    await region.stop();
  }
}

try {
  const { regions } = options;
  process.exitCode =
    regions === undefined
      ? await run(options)
      : await runRegions(regions, { options, signal: interrupted.signal, progress });
} catch (error) {
  process.stderr.write(`${printableLines(`make up: ${(error as Error).message}`, 1_000)}\n`);
  process.exitCode = 1;
}
