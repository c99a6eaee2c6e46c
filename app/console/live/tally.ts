import type { Sample } from "../../shared/process-metrics.ts";

interface Series {
  readonly sample: Sample;
  /** What the process said last. */
  raw: number;
  /** What was counted since the tally began. */
  counted: number;
}

const COUNTS = /_(total|bucket|count|sum)$/;

/**
 * What processes count, as one count that never goes back: a process that starts anew begins at zero, and one that is
 * gone leaves what it has counted. Gauges are as they were told last, and end with their process.
 */
export class Tally {
  readonly #beganAt: number;
  /** Of each process, by the address at which it answers. */
  readonly #processes = new Map<string, Map<string, Series>>();
  /** What those have counted that are gone, and when each of them had started. */
  readonly #left = new Map<string, Sample>();
  readonly #gone = new Map<string, number | undefined>();
  readonly #silent = new Set<string>();

  /** @param beganAt seconds since 1970: what a process counted before it is none of it. */
  constructor(beganAt: number) {
    this.#beganAt = beganAt;
  }

  /** Takes what a process tells now. */
  add(process: string, samples: readonly Sample[]): void {
    const known = this.#processes.get(process);
    const series = known ?? new Map<string, Series>();
    this.#processes.set(process, series);
    this.#silent.delete(process);
    const startedAt = startOf(samples);
    // One that was only out of reach comes back with what was counted of it before.
    const isBack = this.#gone.has(process) && this.#gone.get(process) === startedAt;
    const isNew = known === undefined && !isBack && (startedAt ?? 0) > this.#beganAt;
    for (const sample of samples) {
      const key = keyOf(sample);
      const before = series.get(key);
      // A series that comes up later in a known process had nothing before.
      const since = before?.raw ?? (known !== undefined || isNew ? 0 : sample.value);
      const more = sample.value < since ? sample.value : sample.value - since;
      series.set(key, { sample, raw: sample.value, counted: (before?.counted ?? 0) + more });
    }
  }

  /** A process that has not answered for a while: how it was says nothing any more. */
  silence(process: string): void {
    this.#silent.add(process);
  }

  /** A process that is not there any more: its counts stay, its gauges do not. */
  drop(process: string): void {
    const series = this.#processes.get(process) ?? new Map<string, Series>();
    this.#gone.set(process, startOf([...series.values()].map(({ sample }) => sample)));
    for (const [key, { sample, counted }] of series) {
      if (!COUNTS.test(sample.name)) continue;
      const value = (this.#left.get(key)?.value ?? 0) + counted;
      this.#left.set(key, { ...sample, value });
    }
    this.#processes.delete(process);
  }

  get processes(): readonly string[] {
    return [...this.#processes.keys()];
  }

  /** All counts since the tally began, and all gauges. */
  samples(): readonly Sample[] {
    const now = [...this.#processes].flatMap(([process, series]) =>
      [...series.values()].flatMap(({ sample, counted }) => {
        if (COUNTS.test(sample.name)) return [{ ...sample, value: counted }];
        return this.#silent.has(process) ? [] : [sample];
      }),
    );
    return [...now, ...this.#left.values()];
  }
}

const startOf = (samples: readonly Sample[]) =>
  samples.find(({ name }) => name === "process_start_time_seconds")?.value;

const keyOf = ({ name, labels }: Sample) =>
  `${name}|${Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",")}`;
