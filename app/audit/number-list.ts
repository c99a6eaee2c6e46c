/** Sequence numbers, both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** How many examples of what is wrong a report names. */
const exampleLimit = 20;

/** Counts numbers and keeps the first of them, those that follow one another as ranges. */
export class NumberList {
  #count = 0;
  readonly #ranges: NumberRange[] = [];

  get count(): number {
    return this.#count;
  }

  get ranges(): readonly NumberRange[] {
    return this.#ranges;
  }

  add(first: number, last = first): void {
    this.#count += last - first + 1;
    const before = this.#ranges.at(-1);
    if (before?.last === first - 1) {
      this.#ranges.splice(-1, 1, { first: before.first, last });
    } else if (this.#ranges.length < exampleLimit) this.#ranges.push({ first, last });
  }
}
