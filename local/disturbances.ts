import { setTimeout as delay } from "node:timers/promises";
import { mirrorGaps } from "./mirror-gaps.ts";
import type { UpOptions } from "./options.ts";
import type { Regions } from "./regions.ts";
import { type Cut, type Kill, undisturbed } from "./regions-options.ts";

export interface Run {
  readonly options: UpOptions;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** How long what is on its way is waited for. */
export const settleMs = 150_000;

/** Ends early, without an error, when the run is interrupted. */
export const pause = (ms: number, signal: AbortSignal) =>
  delay(ms, undefined, { signal }).catch(() => {});

/** Does to the regions what was asked for, while alerts flow. */
export async function disturb(regions: Regions, run: Run): Promise<void> {
  const { cut, kill } = run.options;
  if (!cut && !kill) return;
  await pause(undisturbed * 1_000, run.signal);
  if (run.signal.aborted) return;
  if (cut) await cutLink(regions, cut, run);
  if (kill) await killRegion(regions, kill, run);
}

/** Kills every process of a region, and starts it again after a time. */
async function killRegion(
  regions: Regions,
  { region: name, seconds }: Kill,
  { progress, signal }: Run,
): Promise<void> {
  const region = regions.of(name);
  await region.kill();
  progress(`${name} is killed whole, for ${seconds} s: its devices connect elsewhere`);
  await pause(seconds * 1_000, signal);
  if (signal.aborted) return;
  const startedMs = performance.now();
  await region.revive();
  const took = ((performance.now() - startedMs) / 1_000).toFixed(1);
  progress(`${name} is up again, ${took} s after it was started`);
}

/** Cuts a link in both directions for a time, and says when each side has all of the other again. */
async function cutLink(regions: Regions, cut: Cut, run: Run): Promise<void> {
  const { progress, signal } = run;
  const [a, b] = cut.between;
  const lines = [regions.link(a, b), regions.link(b, a)];
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
