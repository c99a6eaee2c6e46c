import { ClientTable } from "../../../shared/client-table.ts";
import { FleetActivity } from "./fleet-activity.ts";

/** What a client's message is in comparison with the client's own past. */
export interface Deviation {
  /** How many times faster than usual it sends; 1 if not faster, or not yet known. */
  readonly pace: number;
  /** Messages per second lately, as a geometric mean. */
  readonly rate: number;
  /** Standard deviations above the usual size, on a logarithmic scale; 0 if not larger. */
  readonly size: number;
  readonly surging: boolean;
  readonly oversized: boolean;
}

/** Messages before a client is judged. */
export const warmUpMessages = 20;
/** Sending less than this many times faster than usual is never a surge. */
export const surgeFactor = 8;
/** A change of pace must exceed the usual scatter of the recent pace by this many deviations. */
const surgeDeviations = 6;
const sizeDeviations = 6;
/** Sizes scatter at least by this much, as a logarithm: 4.5 times the usual is the least outlier. */
const leastSizeScatter = 0.25;

/** Weight of a new message in the recent pace (about 16 messages) and in the baseline (about 128). */
const [recentWeight, baselineWeight] = [1 / 16, 1 / 128];
/** Scatter of a moving average of independent values, as a part of theirs. */
const recentScatter = Math.sqrt(recentWeight / (2 - recentWeight));
/**
 * After the warm-up no message moves a baseline further than one this many deviations away would,
 * or its scatter would grow with a flood and hide it before it is noticed.
 */
const [mostStep, leastStep] = [2, 0.5];
/** So many times the usual gap is a silence, in which a device may have kept what it could not send. */
const silenceFactor = 8;
/** Of what a silence would have held, so much more may follow it at once: devices send some twice. */
const owedSlack = 1.5;
/** Devices keep no more than this. */
const mostOwed = 10_000;
/** Clocks and batches blur what is closer together than this. */
const shortestGapMs = 1;
/** What lasts for so long is the new normal; what a flood is does not depend on it alone. */
const adoptSurgeAfterMs = 3_600_000;
const adoptSizeAfter = 64;

const calm: Deviation = { pace: 1, rate: 0, size: 0, surging: false, oversized: false };

/**
 * Pace and size of each client's messages, remembered in 55 bytes a client.
 *
 * Both are judged on a logarithmic scale against exponentially weighted means. A single short gap
 * is nothing (one in a hundred gaps of random traffic is below a hundredth of the mean): the mean
 * of the last 16 or so is compared. A baseline does not learn from what deviates, so that it cannot
 * be talked into calling a flood normal.
 *
 * When a message arrives says nothing of when it was made: a device that was cut off sends what it has
 * kept all at once. After a silence a client is owed as many messages as it would have sent
 * meanwhile, at any pace; they are not looked at, nor learnt from.
 */
export class ClientBaselines {
  readonly #table: ClientTable;
  readonly #fleet = new FleetActivity();
  readonly #lastMs: Float64Array;
  /** Logarithms of gaps in milliseconds: recent mean, baseline mean and variance. */
  readonly #recent: Float32Array;
  readonly #gapMean: Float32Array;
  readonly #gapVariance: Float32Array;
  readonly #sizeMean: Float32Array;
  readonly #sizeVariance: Float32Array;
  /** When the present surge began, in seconds since 1970; 0 if there is none. */
  readonly #surgeSince: Uint32Array;
  /** Messages that may still come at any pace. */
  readonly #owed: Float32Array;
  /** Messages seen, up to the warm-up. */
  readonly #learnt: Uint8Array;
  /** Outliers of size in a row. */
  readonly #oversized: Uint8Array;

  constructor(capacity: number, seed: number) {
    this.#table = new ClientTable(capacity, seed);
    this.#lastMs = new Float64Array(capacity);
    this.#recent = new Float32Array(capacity);
    this.#gapMean = new Float32Array(capacity);
    this.#gapVariance = new Float32Array(capacity);
    this.#sizeMean = new Float32Array(capacity);
    this.#sizeVariance = new Float32Array(capacity);
    this.#surgeSince = new Uint32Array(capacity);
    this.#owed = new Float32Array(capacity);
    this.#learnt = new Uint8Array(capacity);
    this.#oversized = new Uint8Array(capacity);
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#table.size;
  }

  /** How many times more clients than usual are active. */
  get fleetFactor(): number {
    return Math.exp(this.#fleet.surge);
  }

  /** Judges one message and learns from it. Times are milliseconds since 1970. */
  observe(client: string, atMs: number, sizeBytes: number): Deviation {
    const { slot, fresh } = this.#table.slotOf(client);
    const logSize = Math.log(sizeBytes + 1);
    const previousMs = fresh ? 0 : (this.#lastMs[slot] ?? 0);
    this.#fleet.observe(atMs, previousMs);
    this.#lastMs[slot] = atMs;
    if (fresh) {
      this.#start(slot, logSize);
      return calm;
    }
    const known = (this.#learnt[slot] ?? 0) >= warmUpMessages;
    const gapMs = Math.max(shortestGapMs, atMs - previousMs);
    // A clock that was set back says nothing of the gap, neither now nor from the next message on.
    const gapKnown = atMs >= previousMs && !(known && this.#isOwed(slot, gapMs));
    const shift = gapKnown ? this.#learnPace({ slot, logGap: Math.log(gapMs), atMs, known }) : 0;
    const size = this.#learnSize(slot, logSize, known);
    this.#learnt[slot] = Math.min((this.#learnt[slot] ?? 0) + 1, warmUpMessages);
    const surging = this.#surgeSince[slot] !== 0;
    if (!surging && size === 0) return calm;
    const rate = 1000 / Math.exp(this.#recent[slot] ?? 0);
    const pace = surging ? Math.exp(shift) : 1;
    return { pace, rate, size, surging, oversized: size > 0 };
  }

  #start(slot: number, logSize: number): void {
    this.#learnt[slot] = 1;
    this.#sizeMean[slot] = logSize;
    this.#sizeVariance[slot] = 0;
    this.#surgeSince[slot] = 0;
    this.#owed[slot] = 0;
    this.#oversized[slot] = 0;
  }

  /** Whether a message is one of those that a silence held back. The one that ends it is not. */
  #isOwed(slot: number, gapMs: number): boolean {
    const owed = this.#owed[slot] ?? 0;
    // The mean of a log-normal distribution, which gaps resemble more than any other.
    const usualMs = Math.exp((this.#gapMean[slot] ?? 0) + (this.#gapVariance[slot] ?? 0) / 2);
    if (gapMs > silenceFactor * usualMs) {
      this.#owed[slot] = Math.min(mostOwed, Math.max(owed, (owedSlack * gapMs) / usualMs));
      return false;
    }
    if (owed < 1) return false;
    this.#owed[slot] = owed - 1;
    return gapMs < usualMs;
  }

  /** Returns by how much the recent pace exceeds the usual one, beyond what the whole fleet does. */
  #learnPace(seen: { slot: number; logGap: number; atMs: number; known: boolean }): number {
    const { slot, logGap, atMs, known } = seen;
    const learnt = this.#learnt[slot] ?? 0;
    if (learnt === 1) {
      // The second message of a client gives its first gap.
      this.#recent[slot] = logGap;
      this.#gapMean[slot] = logGap;
      this.#gapVariance[slot] = 0;
      return 0;
    }
    const recent = step(this.#recent[slot] ?? 0, logGap, Math.max(recentWeight, 1 / learnt));
    this.#recent[slot] = recent;
    const mean = this.#gapMean[slot] ?? 0;
    const scatter = Math.sqrt(this.#gapVariance[slot] ?? 0);
    const shift = mean - recent - this.#fleet.surge;
    const least = Math.max(Math.log(surgeFactor), surgeDeviations * recentScatter * scatter);
    if (known && shift > least) {
      this.#noteSurge(slot, atMs);
      return shift;
    }
    this.#surgeSince[slot] = 0;
    learn(this.#gapMean, this.#gapVariance, { slot, value: logGap, learnt, scatter });
    return 0;
  }

  #noteSurge(slot: number, atMs: number): void {
    const nowS = Math.floor(atMs / 1000);
    const since = this.#surgeSince[slot] || nowS;
    this.#surgeSince[slot] = since;
    if ((nowS - since) * 1000 < adoptSurgeAfterMs) return;
    this.#gapMean[slot] = this.#recent[slot] ?? 0;
    this.#surgeSince[slot] = 0;
  }

  /** Returns the deviations above the usual size if they make an outlier, otherwise 0. */
  #learnSize(slot: number, logSize: number, known: boolean): number {
    const learnt = this.#learnt[slot] ?? 0;
    const scatter = Math.sqrt(this.#sizeVariance[slot] ?? 0);
    const excess = logSize - (this.#sizeMean[slot] ?? 0);
    const deviations = excess / Math.max(scatter, leastSizeScatter);
    const row = known && deviations > sizeDeviations ? (this.#oversized[slot] ?? 0) + 1 : 0;
    this.#oversized[slot] = row % adoptSizeAfter;
    if (row > 0 && row < adoptSizeAfter) return deviations;
    if (row === adoptSizeAfter) this.#sizeMean[slot] = logSize;
    else learn(this.#sizeMean, this.#sizeVariance, { slot, value: logSize, learnt, scatter });
    return 0;
  }
}

function step(mean: number, value: number, weight: number): number {
  return mean + (value - mean) * weight;
}

/** Moves mean and variance, a plain average at first, then weighted towards the last values. */
function learn(
  means: Float32Array,
  variances: Float32Array,
  {
    slot,
    value,
    learnt,
    scatter,
  }: { slot: number; value: number; learnt: number; scatter: number },
): void {
  const warm = learnt >= warmUpMessages;
  const weight = warm ? baselineWeight : 1 / (learnt + 1);
  const most = warm ? mostStep * Math.max(scatter, leastStep) : Number.POSITIVE_INFINITY;
  const mean = means[slot] ?? 0;
  const deviation = Math.min(most, Math.max(-most, value - mean));
  means[slot] = mean + deviation * weight;
  variances[slot] = (1 - weight) * ((variances[slot] ?? 0) + weight * deviation * deviation);
}
