import type { SignedHead } from "./audit-head.ts";

/** Records whose signatures stand for one another at most: so many are looked at when one is false. */
const runLimit = 64;

/**
 * Checks the signatures of records that are each chained to the one before. The last of them speaks
 * for all: whoever signed its digest has signed theirs. So only one of many is checked, and when it
 * is false, each.
 */
export class SignatureRun {
  readonly #believes: (head: SignedHead) => boolean;
  readonly #forged: (sequence: number) => void;
  #run: SignedHead[] = [];

  constructor(options: {
    readonly believes: (head: SignedHead) => boolean;
    readonly forged: (sequence: number) => void;
  }) {
    this.#believes = options.believes;
    this.#forged = options.forged;
  }

  /** The next record, chained to the one that was added before it, unless `end` was called. */
  add(head: SignedHead): void {
    this.#run.push(head);
    if (this.#run.length >= runLimit) this.end();
  }

  /** What comes next is not chained to what was added. */
  end(): void {
    const last = this.#run.pop();
    if (last && !this.#believes(last)) {
      for (const head of this.#run) if (!this.#believes(head)) this.#forged(head.sequence);
      this.#forged(last.sequence);
    }
    this.#run = [];
  }
}
