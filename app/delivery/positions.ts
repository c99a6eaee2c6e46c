/** How far something was at one moment. */
export interface Sample {
  /** Milliseconds since 1970: whatever came later has a higher sequence. */
  readonly at: number;
  /** Of each region whose alerts are copied here: when the copy was made, and its last sequence. */
  readonly mirrors: Readonly<
    Record<string, { readonly created: string; readonly sequence: number }>
  >;
}

/**
 * How far the copies of other regions' alerts were over time.
 *
 * What another region took in has the time of there, and may come here much later, when the line was
 * down. So what a device missed of it is told by where the copy was when the device left.
 */
export class Positions {
  readonly #ageMs: number;
  /** By time. */
  #samples: Sample[] = [];

  /** @param ageMs how long they are of use. */
  constructor(ageMs: number) {
    this.#ageMs = ageMs;
  }

  /** In any order. */
  add(sample: Sample): void {
    const behind = this.#samples.findLastIndex(({ at }) => at <= sample.at) + 1;
    this.#samples.splice(behind, 0, sample);
    const oldest = (this.#samples.at(-1)?.at ?? 0) - this.#ageMs;
    const kept = this.#samples.findIndex(({ at }) => at >= oldest);
    if (kept > 0) this.#samples = this.#samples.slice(kept);
  }

  /** The first sequence of a region's copy that may have come after this time; 1 when that is not known. */
  after(time: number, region: string): number {
    const then = this.#samples.findLast(({ at }) => at <= time)?.mirrors[region];
    const now = this.#samples.at(-1)?.mirrors[region];
    // A copy that was made anew, perhaps of a stream that was made anew, numbers otherwise.
    return then && then.created === now?.created ? then.sequence + 1 : 1;
  }
}
