/** So many statements are many seconds' worth. */
const limit = 1_024;

/** The last names that were added. */
export class Recent {
  readonly #names = new Set<string>();

  add(name: string): void {
    this.#names.add(name);
    if (this.#names.size <= limit) return;
    const [oldest] = this.#names;
    if (oldest !== undefined) this.#names.delete(oldest);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }
}
