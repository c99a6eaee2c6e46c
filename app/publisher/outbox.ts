import type { JournaledAlert } from "./journal-line.ts";

interface Entry {
  readonly alert: JournaledAlert;
  readonly key: string;
  settled: boolean;
  /** The round in which it was last sent. */
  round: number;
  /** How often it was sent, on all connections. */
  sends: number;
  /** When the broker acknowledged it on this connection. */
  acknowledgedMs?: number | undefined;
}

export interface Settled {
  readonly alert: JournaledAlert;
  /**
   * What it took from the broker's acknowledgement on. Undefined when it was sent more than once, since
   * nobody knows which of them is confirmed, or is not on its way.
   */
  readonly tookMs: number | undefined;
}

/** What is settled is dropped from the front in bulk. */
const dropAtOnce = 1_024;

/**
 * What is not confirmed, in the order in which it was published, and how much of it is on its way. Each
 * connection begins at the front again, so that nothing overtakes what a broker has lost.
 */
export class Outbox {
  #entries: Entry[] = [];
  readonly #byKey = new Map<string, Entry>();
  /** Before this one all are settled. */
  #front = 0;
  /** The next to be sent. */
  #cursor = 0;
  #onTheirWay = 0;
  #round = 1;

  /** How many are not confirmed. */
  get size(): number {
    return this.#byKey.size;
  }

  add(alert: JournaledAlert, key: string): void {
    const entry: Entry = { alert, key, settled: false, round: 0, sends: 0 };
    this.#entries.push(entry);
    this.#byKey.set(key, entry);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** The next alert to be sent, unless so many are on their way; it counts as sent from here on. */
  next(window: number): { readonly alert: JournaledAlert; readonly key: string } | undefined {
    if (this.#onTheirWay >= window) return undefined;
    for (;;) {
      const entry = this.#entries[this.#cursor];
      if (!entry) return undefined;
      this.#cursor++;
      if (entry.settled) continue;
      entry.round = this.#round;
      entry.sends++;
      entry.acknowledgedMs = undefined;
      this.#onTheirWay++;
      return entry;
    }
  }

  acknowledge(key: string, nowMs: number): void {
    const entry = this.#byKey.get(key);
    if (entry) entry.acknowledgedMs = nowMs;
  }

  /** Since when the oldest has waited for its confirmation; undefined while the broker has it not. */
  waitingSinceMs(): number | undefined {
    const entry = this.#front < this.#cursor ? this.#entries[this.#front] : undefined;
    return entry?.acknowledgedMs;
  }

  /** Everything that is not confirmed is to be sent, from the oldest on. */
  rewind(): void {
    this.#round++;
    this.#cursor = this.#front;
    this.#onTheirWay = 0;
  }

  /** Undefined for what is not waited for, as a second confirmation is. */
  settle(key: string, nowMs: number): Settled | undefined {
    const entry = this.#byKey.get(key);
    if (!entry) return undefined;
    this.#byKey.delete(key);
    entry.settled = true;
    const onItsWay = entry.round === this.#round;
    if (onItsWay) this.#onTheirWay--;
    while (this.#entries[this.#front]?.settled) this.#front++;
    this.#cursor = Math.max(this.#cursor, this.#front);
    this.#drop();
    const once = onItsWay && entry.sends === 1;
    // A confirmation may overtake the acknowledgement.
    return {
      alert: entry.alert,
      tookMs: once ? nowMs - (entry.acknowledgedMs ?? nowMs) : undefined,
    };
  }

  #drop(): void {
    if (this.#front < dropAtOnce) return;
    this.#entries.splice(0, this.#front);
    this.#cursor -= this.#front;
    this.#front = 0;
  }
}
