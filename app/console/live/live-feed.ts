import { setTimeout as delay } from "node:timers/promises";
import { total } from "../../shared/process-metrics.ts";
import { type Figures, figuresOf } from "./figures.ts";
import {
  type Overview,
  type Point,
  type ProcessView,
  pointOf,
  targets,
  totalsOf,
} from "./overview.ts";
import type { Source, Told } from "./sources.ts";
import { Tally } from "./tally.ts";
import { troublesOf } from "./troubles.ts";

export interface LiveFeedOptions {
  readonly sources: readonly Source[];
  readonly ask: (sources: readonly Source[]) => Promise<readonly Told[]>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly pace?: typeof usualPace;
}

/** How often processes are asked while somebody looks, and while nobody does: charts begin with something. */
const usualPace = { everyMs: 2_000, restMs: 15_000 };
/** Rates are of this time, quantiles of the longer one, troubles that were counted of the longest. */
const [rateMs, quantileMs, troubleMs] = [10_000, 60_000, 300_000];
/** What charts show. */
export const historyMs = 15 * 60_000;
/**
 * How a process was that did not answer for so long says nothing any more. Longer than a rest, after
 * which one answer may be missing that comes when it is asked for again.
 */
const silentMs = 20_000;
/** One that did not answer for so long is taken to be gone, when its name leads to it no more. */
const goneMs = 60_000;

type Listener = (overview: Overview) => void;

/**
 * Asks the processes of the region how they are, and makes of it what pages show: once, however many pages look.
 * So a page costs the same whatever happens behind it.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #since: number;
  readonly #tally: Tally;
  readonly #listeners = new Set<Listener>();
  readonly #answeredAt = new Map<string, { readonly told: Told; readonly at: number }>();
  readonly #ended = new AbortController();
  readonly #pace: typeof usualPace;
  /** Ends a rest. */
  #wake = new AbortController();
  #figures: Figures[] = [];
  #history: Point[] = [];
  #latest: Overview | undefined;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#pace = options.pace ?? usualPace;
    this.#since = options.clock();
    this.#tally = new Tally(this.#since / 1_000);
  }

  /** What was told last. Undefined before the first answers, and when it is old: then new ones come at once. */
  get latest(): Overview | undefined {
    const freshFrom = this.#options.clock() - 2 * this.#pace.everyMs;
    return (this.#latest?.now.at ?? 0) >= freshFrom ? this.#latest : undefined;
  }

  /** The points of the charts, the oldest first. */
  get history(): readonly Point[] {
    return this.#history;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** @returns ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#wake.abort();
    return () => this.#listeners.delete(listener);
  }

  /** Asks again and again until it is stopped: often while somebody listens, which begins at once. */
  async run(): Promise<void> {
    const ended = this.#ended.signal;
    const { everyMs, restMs } = this.#pace;
    while (!ended.aborted) {
      const began = performance.now();
      await this.ask();
      // Never more often, however often somebody comes and goes.
      await until(began + everyMs, ended);
      this.#wake = new AbortController();
      if (this.#listeners.size > 0) continue;
      await until(began + restMs, AbortSignal.any([ended, this.#wake.signal]));
    }
  }

  stop(): void {
    this.#ended.abort();
    this.#listeners.clear();
  }

  /** Asks once and tells everybody. */
  async ask(): Promise<void> {
    const { sources, ask, clock } = this.#options;
    const told = await ask(sources);
    const at = clock();
    for (const each of told) {
      if (!each.samples) continue;
      this.#tally.add(each.process, each.samples);
      this.#answeredAt.set(each.process, { told: each, at });
    }
    this.#forgetGone(told, at);
    const figures = figuresOf(this.#tally.samples(), at);
    this.#figures = [...this.#figures.filter((each) => each.at >= at - troubleMs), figures];
    this.#latest = this.#overviewOf(figures, this.#processes(told));
    const begins = at - historyMs;
    this.#history = [...this.#history.filter((each) => each.at > begins), this.#latest.now];
    for (const listener of this.#listeners) listener(this.#latest);
  }

  /** The figures of so long ago, or the oldest that there are. */
  #before(at: number, ms: number): Figures {
    const found = this.#figures.findLast((each) => each.at <= at - ms) ?? this.#figures[0];
    return found as Figures;
  }

  #overviewOf(figures: Figures, processes: readonly ProcessView[]): Overview {
    const { at } = figures;
    const before = (ms: number) => this.#before(at, ms);
    const now = pointOf(figures, before(rateMs), before(quantileMs));
    const { waiting, held } = figures.state;
    const moment = { figures, before: before(troubleMs), now, processes, targets };
    return {
      ...{ now, waiting, held, processes },
      totals: totalsOf(figures, this.#since),
      troubles: troublesOf(moment),
    };
  }

  #forgetGone(told: readonly Told[], at: number): void {
    const found = new Set(told.map(({ process }) => process));
    for (const [process, { at: answeredAt }] of this.#answeredAt) {
      if (at - answeredAt >= silentMs) this.#tally.silence(process);
      if (found.has(process) || at - answeredAt < goneMs) continue;
      this.#answeredAt.delete(process);
      this.#tally.drop(process);
    }
  }

  #processes(told: readonly Told[]): readonly ProcessView[] {
    const { sources } = this.#options;
    const views = told.map((each) => this.#viewOf(each));
    const kinds = new Set(sources.map(({ kind }) => kind));
    const missing = [...kinds].filter((kind) => !views.some((view) => view.kind === kind));
    return [...views, ...missing.map((kind) => ({ kind, name: kind, answers: false }))];
  }

  #viewOf({ kind, process, samples }: Told): ProcessView {
    const known = samples ?? this.#answeredAt.get(process)?.told.samples;
    if (!known) return { kind, name: new URL(process).host, answers: false };
    const name = known.find(({ labels }) => labels["replica"])?.labels["replica"] ?? process;
    return {
      ...{ kind, name, answers: samples !== undefined },
      startedAt: total(known, "process_start_time_seconds") * 1_000,
      memoryBytes: total(known, "process_resident_memory_bytes"),
    };
  }
}

/** @param at by the process's own clock, in milliseconds. */
async function until(at: number, signal: AbortSignal): Promise<void> {
  const wait = Math.max(0, at - performance.now());
  await delay(wait, undefined, { signal }).catch(() => {});
}
