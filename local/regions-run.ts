import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { aborted } from "./aborted.ts";
import { disturb, pause, type Run, settleMs } from "./disturbances.ts";
import { type RegionsLoad, startRegionsLoad } from "./load/regions-load.ts";
import { mirrorGaps } from "./mirror-gaps.ts";
import { deviceSecrets, type Regions, scaledDown, spreadDevices, startRegions } from "./regions.ts";
import { pathsTable } from "./view/paths-table.ts";
import {
  type RegionsMoment,
  regionsLine,
  regionsTable,
  summariseRegions,
} from "./view/regions-table.ts";

const drawn = process.stdout.isTTY;
/** Latencies of the first seconds are not shown: everything is cold. */
const warmUpMs = 5_000;

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
    origins: load.origins,
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
  const { options, progress } = run;
  const load = await startRegionsLoad({
    regions: new Map(regions.names.map((name) => [name, regions.of(name)])),
    credentialsFile: join(resolve(options.directory), deviceSecrets),
    devices: spreadDevices(regions.names, options.devices),
    rate: options.rate,
    reportRate: options.reportRate,
    outage: options.kill !== undefined,
    onProgress: progress,
  });
  const warm = setTimeout(load.measure, warmUpMs);
  try {
    const disturbed = disturb(regions, run);
    // What goes wrong in it is thrown where it is awaited.
    disturbed.catch(() => {});
    const last = await watch(regions, load, run);
    const complete = await disturbed;
    progress("publishing stopped, waiting for what is on its way");
    const { states, lost } = await load.finish(settleMs);
    const end = { ...last, states, gaps: await mirrorGaps(regions) };
    const summary = {
      ...summariseRegions(end, lost, options.kill === undefined),
      ...(options.cut && { complete }),
    };
    process.stdout.write(`${regionsTable(end)}\n${pathsTable(end)}\n${JSON.stringify(summary)}\n`);
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
