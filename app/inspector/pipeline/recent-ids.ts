const limit = 32_768;

/** The ids of the alerts that were sent last. */
export class RecentIds {
  /** In the order of insertion. */
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  delete(id: string): void {
    this.#ids.delete(id);
  }

  add(id: string): void {
    this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size <= limit) return;
    const [oldest = ""] = this.#ids;
    this.#ids.delete(oldest);
  }
}
