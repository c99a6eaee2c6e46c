import { setTimeout as delay } from "node:timers/promises";
import type { RegionName } from "../app/contract/regions.ts";
import { mirrorEnds } from "./mirror-gaps.ts";
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

/** A region that has all that was stored in another one while the link between them was cut. */
export interface Complete {
  readonly reader: RegionName;
  readonly origin: RegionName;
  /** After the link was back; null when that was not seen. */
  readonly seconds: number | null;
}

/** Does to the regions what was asked for, while alerts flow. @returns both sides of a link that was cut. */
export async function disturb(regions: Regions, run: Run): Promise<readonly Complete[]> {
  const { cut, kill } = run.options;
  if (!cut && !kill) return [];
  await pause(undisturbed * 1_000, run.signal);
  if (run.signal.aborted) return [];
  const complete = cut ? await cutLink(regions, cut, run) : [];
  if (kill) await killRegion(regions, kill, run);
  return complete;
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
async function cutLink(regions: Regions, cut: Cut, run: Run): Promise<readonly Complete[]> {
  const { progress, signal } = run;
  const [a, b] = cut.between;
  const lines = [regions.link(a, b), regions.link(b, a)];
  for (const line of lines) line.cut();
  progress(`the link between ${a} and ${b} is cut for ${cut.seconds} s`);
  await pause(cut.seconds * 1_000, signal);
  for (const line of lines) line.mend();
  progress(`the link between ${a} and ${b} is back`);
  const sides = [
    { reader: a, origin: b },
    { reader: b, origin: a },
  ];
  return Promise.all(sides.map((side) => followMirror(regions, side, run)));
}

/**
 * Says when a side has all that the other one had when the link was back, to the last alert. Whoever asked
 * for a run that ends is not kept for long.
 */
async function followMirror(
  regions: Regions,
  side: Pick<Complete, "reader" | "origin">,
  { options, progress, signal }: Run,
): Promise<Complete> {
  const startedMs = performance.now();
  const secondsNow = () => Number(((performance.now() - startedMs) / 1_000).toFixed(1));
  const patienceSeconds = options.for === undefined ? Number.POSITIVE_INFINITY : settleMs / 1_000;
  const told = `${side.reader} has what was stored in ${side.origin} meanwhile`;
  let goal: number | undefined;
  while (!signal.aborted && secondsNow() < patienceSeconds) {
    const ends = (await mirrorEnds(regions)).get(`${side.reader} ${side.origin}`);
    // What is stored from then on is on its way at any moment.
    goal ??= ends?.stored;
    if (ends && goal !== undefined && ends.copied >= goal) {
      const seconds = secondsNow();
      progress(`${told}, ${seconds} s after the link was back`);
      return { ...side, seconds };
    }
    await pause(100, signal);
  }
  if (!signal.aborted) {
    progress(`not seen within ${patienceSeconds} s after the link was back: ${told}`);
  }
  return { ...side, seconds: null };
}
