import { NumberList } from "./number-list.ts";

/** Digests that are remembered, of each kind: heads are told within minutes. */
const limit = 4_096;

/**
 * Compares what is stored under a number with what others saw under it. Two contents for one number
 * mean that the writer's key has signed both: it is in other hands.
 */
export class SeenHeads {
  readonly #stored = new Map<number, string>();
  readonly #claimed = new Map<number, string>();
  readonly contradicted = new NumberList();

  stored(sequence: number, digest: string): void {
    this.#compare(sequence, digest, this.#claimed);
    remember(this.#stored, sequence, digest);
  }

  claimed(sequence: number, digest: string): void {
    this.#compare(sequence, digest, this.#stored);
    remember(this.#claimed, sequence, digest);
  }

  #compare(sequence: number, digest: string, others: ReadonlyMap<number, string>): void {
    const other = others.get(sequence);
    if (other !== undefined && other !== digest) this.contradicted.add(sequence);
  }
}

function remember(digests: Map<number, string>, sequence: number, digest: string): void {
  digests.set(sequence, digest);
  const [oldest] = digests.keys();
  if (digests.size > limit && oldest !== undefined) digests.delete(oldest);
}
