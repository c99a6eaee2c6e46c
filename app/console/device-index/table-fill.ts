import { setTimeout as delay } from "node:timers/promises";
import type { DevicePage, PageOptions } from "../../registry/device-page.ts";
import type { DeviceIndex } from "./device-index.ts";
import { indexedPage } from "./indexed-device.ts";

export interface FillOptions {
  readonly index: DeviceIndex;
  readonly registry: { page(filter: object, options: PageOptions): Promise<DevicePage> };
  /** How many items the table has, about. */
  readonly about: () => Promise<number | undefined>;
  /** Read units of the table that it takes in a second on average. */
  readonly unitsPerSecond: number;
  /** How long after the end of one reading the next begins. */
  readonly everyMs: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFailure: (error: unknown) => void;
}

export interface FillProgress {
  readonly filledAt?: number | undefined;
  readonly read: number;
  readonly filling: boolean;
  readonly about?: number | undefined;
  /** Nobody knows what was changed after it, until the reading that goes on comes to its end. */
  readonly staleSince?: number | undefined;
}

export interface Fill {
  progress(): FillProgress;
  /** Reads all of the table from its beginning, whatever was read before. */
  startAnew(staleSince: number | undefined): void;
}

/** A reading of the table that goes on. It is kept with what it has read. */
interface Reading {
  readonly startedAt: number;
  /** Of the page that is read next. */
  readonly after?: string | undefined;
  readonly read: number;
  readonly about?: number | undefined;
  readonly staleSince?: number | undefined;
}

interface Filled {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly read: number;
}

/** Items of one page: so many are parsed and written in a few milliseconds, and others wait no longer. */
const pageItems = 250;
/** Devices that are looked at at a time for whether they are still there. */
const sweptAtOnce = 5_000;
const [retryMs, idleMs] = [5_000, 1_000];
/** So long the first reading waits until it is known from where on changes are told. */
const unaskedMs = 30_000;
const seconds = (ms: number) => Math.floor(ms / 1_000);

/** Reads the table into the index, all of it and again each night, never faster than it may. */
export class TableFill implements Fill {
  readonly #options: FillOptions;
  readonly #stopping = new AbortController();
  #reading: Reading | undefined;
  #filled: Filled | undefined;

  constructor(options: FillOptions) {
    this.#options = options;
    this.#reading = options.index.kept<Reading>("reading");
    this.#filled = options.index.kept<Filled>("filled");
  }

  progress(): FillProgress {
    const [reading, filled] = [this.#reading, this.#filled];
    return {
      filledAt: filled?.endedAt,
      read: reading?.read ?? filled?.read ?? 0,
      filling: reading !== undefined,
      about: reading?.about ?? filled?.read,
      staleSince: reading?.staleSince,
    };
  }

  startAnew(staleSince: number | undefined): void {
    const { clock } = this.#options;
    const stale = this.#reading?.staleSince ?? staleSince;
    this.#set({ startedAt: clock(), read: 0, about: this.#filled?.read, staleSince: stale });
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Until it is stopped. What fails is tried again a little later, from where it was. */
  async run(): Promise<void> {
    const { clock, onFailure } = this.#options;
    const { signal } = this.#stopping;
    const begunAt = clock();
    while (!signal.aborted) {
      let waitMs = idleMs;
      try {
        if (!this.#reading && clock() >= this.#dueAt(begunAt)) this.startAnew(undefined);
        if (this.#reading) waitMs = await this.#readOn(this.#reading);
      } catch (error) {
        onFailure(error);
        waitMs = retryMs;
      }
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  #dueAt(begunAt: number): number {
    return this.#filled ? this.#filled.endedAt + this.#options.everyMs : begunAt + unaskedMs;
  }

  /** Until the reading that goes on has come to its end. Rejects when the table cannot be read. */
  async readToEnd(): Promise<void> {
    while (this.#reading) await delay(await this.#readOn(this.#reading));
  }

  /** @returns how long to wait then. */
  async #readOn(reading: Reading): Promise<number> {
    const { index, registry, clock, unitsPerSecond, about } = this.#options;
    const begun = clock();
    // Nobody waits for it to be right.
    const size = reading.about ?? (await about().catch(() => undefined));
    const page = await registry.page({}, { after: reading.after, scan: pageItems });
    // Somebody has had it begin anew meanwhile.
    if (this.#reading !== reading) return 0;
    index.put(indexedPage(page), seconds(begun));
    const read = reading.read + page.scanned;
    if (page.next === undefined) {
      await this.#end({ ...reading, read });
      return 0;
    }
    this.#set({ ...reading, about: size, read, after: page.next });
    return Math.max(0, (1_000 * page.readUnits) / unitsPerSecond - (clock() - begun));
  }

  /** What the reading has not found is not there. */
  async #end(reading: Reading): Promise<void> {
    const { index, clock } = this.#options;
    this.#set(reading);
    const since = seconds(reading.startedAt);
    for (let after: string | undefined = ""; after !== undefined; ) {
      after = index.removeUnread(since, after, sweptAtOnce);
      // Lets questions in.
      await delay(1);
      if (this.#reading !== reading) return;
    }
    index.tidy(since);
    const { startedAt, read } = reading;
    this.#filled = { startedAt, endedAt: clock(), read };
    index.keep("filled", this.#filled);
    this.#set(undefined);
  }

  #set(reading: Reading | undefined): void {
    this.#reading = reading;
    this.#options.index.keep("reading", reading ?? null);
  }
}
