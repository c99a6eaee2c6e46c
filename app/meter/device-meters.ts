import type { MeteredLimit } from "../cut-off/cut-off.ts";
import { ClientTable } from "../shared/client-table.ts";
import { type Allowances, type Counted, counted, countedLimits, type Use } from "./allowances.ts";

export interface DeviceMetersOptions {
  readonly allowances: Allowances;
  /** Devices that are remembered. Beyond them the one that was silent for longest starts anew. */
  readonly devices: number;
  /** Of the hash that finds a device's place: nobody can then aim at another's. */
  readonly seed: number;
}

/**
 * How much of each allowance each device has used, as a bucket that leaks: what is added runs out at
 * the rate of the allowance, and a bucket that is fuller than the burst is too full. 65 bytes a
 * device, whatever devices do.
 */
export class DeviceMeters {
  readonly #allowances: Allowances;
  readonly #table: ClientTable;
  readonly #levels: Readonly<Record<Counted, Float64Array>>;
  readonly #countedMs: Float64Array;

  constructor({ allowances, devices, seed }: DeviceMetersOptions) {
    this.#allowances = allowances;
    this.#table = new ClientTable(devices, seed);
    const levels = counted.map((each) => [each, new Float64Array(devices)]);
    this.#levels = Object.fromEntries(levels);
    this.#countedMs = new Float64Array(devices);
  }

  /** Devices that are remembered. */
  get size(): number {
    return this.#table.size;
  }

  /**
   * Counts what a device did, and tells what it has too much of by now.
   *
   * @param nowMs of a clock that does not jump.
   */
  count(clientId: string, use: Use, nowMs: number): MeteredLimit | undefined {
    const { slot, fresh } = this.#table.slotOf(clientId);
    const seconds = fresh
      ? Number.POSITIVE_INFINITY
      : (nowMs - (this.#countedMs[slot] ?? 0)) / 1000;
    this.#countedMs[slot] = nowMs;
    let exceeded: MeteredLimit | undefined;
    for (const each of counted) {
      const full = this.#fill({ each, slot, seconds }, use[each] ?? 0);
      if (full) exceeded ??= countedLimits[each];
    }
    return exceeded;
  }

  /** Whether that was too much; then the bucket stays as full as it may be, and no fuller. */
  #fill(
    { each, slot, seconds }: { each: Counted; slot: number; seconds: number },
    added: number,
  ): boolean {
    const { perSecond, burst } = this.#allowances[each];
    const levels = this.#levels[each];
    const level = Math.max(0, (levels[slot] ?? 0) - seconds * perSecond) + added;
    levels[slot] = Math.min(level, burst);
    return level > burst;
  }
}
