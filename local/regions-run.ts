import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { aborted } from "./aborted.ts";
import { type RegionsLoad, startRegionsLoad } from "./load/regions-load.ts";
import { mirrorGaps } from "./mirror-gaps.ts";
import type { UpOptions } from "./options.ts";
import { deviceSecrets, type Regions, scaledDown, spreadDevices, startRegions } from "./regions.ts";
import { beforeCut, type Cut } from "./regions-options.ts";
import {
  type RegionsMoment,
  regionsLine,
  regionsTable,
  summariseRegions,
} from "./view/regions-table.ts";

const drawn = process.stdout.isTTY;
const settleMs = 60_000;
/** Latencies of the first seconds are not shown: everything is cold. */
const warmUpMs = 5_000;

interface Run {
  readonly options: UpOptions;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {});

/** Cuts a link in both directions for a time, and says when each side has all of the other again. */
async function cutLink(regions: Regions, cut: Cut, run: Run): Promise<void> {
  const { progress, signal } = run;
  const [a, b] = cut.between;
  const lines = [regions.link(a, b), regions.link(b, a)];
  await pause(beforeCut * 1_000, signal);
  if (signal.aborted) return;
  for (const line of lines) line.cut();
  progress(`the link between ${a} and ${b} is cut for ${cut.seconds} s`);
  await pause(cut.seconds * 1_000, signal);
  for (const line of lines) line.mend();
  progress(`the link between ${a} and ${b} is back`);
  await followMirrors(regions, cut, run);
}

/** Says when each side has all of the other. Whoever asked for a run that ends is not kept for long. */
async function followMirrors(
  regions: Regions,
  { between: [a, b] }: Cut,
  { options, progress, signal }: Run,
): Promise<void> {
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1_000;
  const patienceSeconds = options.for === undefined ? Number.POSITIVE_INFINITY : settleMs / 1_000;
  // What is on its way at any moment is no gap.
  const flowing = options.rate / regions.names.length;
  const behind = new Map([
    [`${a} ${b}`, `${a} has what was stored in ${b} meanwhile`],
    [`${b} ${a}`, `${b} has what was stored in ${a} meanwhile`],
  ]);
  while (behind.size > 0 && !signal.aborted && seconds() < patienceSeconds) {
    const gaps = await mirrorGaps(regions);
    for (const [pair, told] of behind) {
      if ((gaps.get(pair) ?? Number.POSITIVE_INFINITY) > flowing) continue;
      behind.delete(pair);
      progress(`${told}, ${seconds().toFixed(1)} s after the link was back`);
    }
    await pause(100, signal);
  }
  for (const told of signal.aborted ? [] : behind.values()) {
    progress(`not seen within ${patienceSeconds} s after the link was back: ${told}`);
  }
}

/** Draws over itself on a terminal, prints a line every five seconds elsewhere. */
async function watch(
  regions: Regions,
  load: RegionsLoad,
  { options, signal }: Run,
): Promise<RegionsMoment> {
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1_000;
  const moment = async (): Promise<RegionsMoment> => ({
    at: seconds(),
    states: load.states(),
    gaps: await mirrorGaps(regions),
  });
  let before = await moment();
  if (drawn) process.stdout.write("\x1b[2J");
  for (;;) {
    const left = (options.for ?? Number.POSITIVE_INFINITY) - seconds();
    if (left <= 0 || signal.aborted) return before;
    await pause(Math.min(drawn ? 1_000 : 5_000, left * 1_000), signal);
    const now = await moment();
    const title = `\x1b[1mMQTT Sentinel\x1b[0m, ${regions.names.length} regions on this machine · ${options.for ? `${Math.max(0, Math.round(left))} s left` : "Ctrl-C ends it"}\x1b[K`;
    if (drawn) process.stdout.write(`\x1b[H${title}\n${regionsTable(now, before)}\x1b[J\n`);
    else process.stdout.write(`${regionsLine(now, before)}\n`);
    before = now;
  }
}

async function runUnderLoad(regions: Regions, run: Run): Promise<number> {
  const { options, signal, progress } = run;
  const load = await startRegionsLoad({
    regions: new Map(regions.names.map((name) => [name, regions.of(name)])),
    credentialsFile: join(resolve(options.directory), deviceSecrets),
    devices: spreadDevices(regions.names, options.devices),
    rate: options.rate,
    reportRate: options.reportRate,
    onProgress: progress,
  });
  const warm = setTimeout(load.measure, warmUpMs);
  try {
    const cutting = options.cut && cutLink(regions, options.cut, run);
    const last = await watch(regions, load, run);
    await (signal.aborted ? undefined : cutting);
    progress("publishing stopped, waiting for what is on its way");
    const { states, lost } = await load.finish(settleMs);
    const end = { at: last.at, states, gaps: await mirrorGaps(regions) };
    const summary = summariseRegions(end, lost);
    process.stdout.write(`${regionsTable(end)}\n${JSON.stringify(summary)}\n`);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(summary, null, 2)}\n`);
    for (const failure of summary.failures) process.stderr.write(`FAILED: ${failure}\n`);
    return summary.failures.length > 0 ? 1 : 0;
  } finally {
    clearTimeout(warm);
    load.abort();
  }
}

/** `make up` with several regions, until it is stopped or its time is over. @returns the exit code. */
export async function runRegions(count: number, run: Run): Promise<number> {
  const { options, signal, progress } = run;
  const { directory, fresh = false, syncInterval, logLevel } = options;
  progress(scaledDown);
  const startedMs = performance.now();
  const regions = await startRegions({
    ...{ count, fresh, syncInterval, logLevel, directory: resolve(directory) },
    onProgress: progress,
  });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  progress(
    `${regions.names.join(", ")} are up after ${seconds} s, logs in ${directory}/<region>/logs`,
  );
  try {
    if (options.load) return await runUnderLoad(regions, run);
    for (const name of regions.names) {
      const { edgeUrls, upstreamUrl } = regions.of(name).endpoints;
      progress(`${name}: devices: ${edgeUrls.join(" ")}  publishers: ${upstreamUrl}`);
    }
    await aborted(signal);
    return 0;
  } finally {
    progress("stopping");
    await regions.stop();
  }
}
