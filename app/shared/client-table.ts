/** Multipliers and mixers of cyrb53, a 64-bit string hash of two 32-bit lanes. */
const [multiplierA, multiplierB] = [0x9e3779b1, 0x5f356495];
const [mixerA, mixerB] = [0x85ebca6b, 0xc2b2ae35];

/**
 * Gives each client a slot number below `capacity`, for arrays that keep its state.
 *
 * Clients are known by a 64-bit hash, not by name: among 1.5 million the odds that any two share a
 * slot are below one in a million. When all slots are taken, the one that was not used for longest
 * goes, as nearly as one bit per slot can tell (second chance).
 */
export class ClientTable {
  readonly capacity: number;
  /** Slot number plus one, 0 for none; a power of two, never more than two thirds full. */
  readonly #index: Uint32Array;
  readonly #hashA: Uint32Array;
  readonly #hashB: Uint32Array;
  readonly #used: Uint8Array;
  readonly #seed: number;
  #size = 0;
  #hand = 0;
  #a = 0;
  #b = 0;

  constructor(capacity: number, seed: number) {
    this.capacity = capacity;
    this.#seed = seed | 0;
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, capacity) * 1.5)));
    this.#hashA = new Uint32Array(capacity);
    this.#hashB = new Uint32Array(capacity);
    this.#used = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Slot of the client, and whether it is a fresh one, whose state must be started anew. */
  slotOf(client: string): { readonly slot: number; readonly fresh: boolean } {
    this.#hash(client);
    const position = this.#find(this.#a, this.#b);
    const known = this.#index[position] ?? 0;
    if (known > 0) {
      this.#used[known - 1] = 1;
      return { slot: known - 1, fresh: false };
    }
    return { slot: this.#insert(position), fresh: true };
  }

  /** Slot of a client that has one; nothing is changed. */
  find(client: string): number | undefined {
    this.#hash(client);
    const known = this.#index[this.#find(this.#a, this.#b)] ?? 0;
    return known > 0 ? known - 1 : undefined;
  }

  /** Where the hash is, or the free place where it would go. */
  #find(a: number, b: number): number {
    const mask = this.#index.length - 1;
    let position = b & mask;
    for (;;) {
      const entry = this.#index[position] ?? 0;
      if (entry === 0) return position;
      if (this.#hashA[entry - 1] === a && this.#hashB[entry - 1] === b) return position;
      position = (position + 1) & mask;
    }
  }

  #insert(free: number): number {
    const [a, b] = [this.#a, this.#b];
    const full = this.#size === this.capacity;
    const slot = full ? this.#evict() : this.#size++;
    // An eviction moves entries, and with them the free place.
    const position = full ? this.#find(a, b) : free;
    this.#hashA[slot] = a;
    this.#hashB[slot] = b;
    this.#used[slot] = 0;
    this.#index[position] = slot + 1;
    return slot;
  }

  #evict(): number {
    while (this.#used[this.#hand] === 1) {
      this.#used[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.capacity;
    }
    const slot = this.#hand;
    this.#hand = (this.#hand + 1) % this.capacity;
    this.#removeAt(this.#find(this.#hashA[slot] ?? 0, this.#hashB[slot] ?? 0));
    return slot;
  }

  /** Closes the gap, so that linear probing still reaches what lies behind it. */
  #removeAt(position: number): void {
    const mask = this.#index.length - 1;
    let gap = position;
    for (let next = (gap + 1) & mask; ; next = (next + 1) & mask) {
      const entry = this.#index[next] ?? 0;
      if (entry === 0) break;
      const home = (this.#hashB[entry - 1] ?? 0) & mask;
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        this.#index[gap] = entry;
        gap = next;
      }
    }
    this.#index[gap] = 0;
  }

  #hash(client: string): void {
    let a = 0xdeadbeef ^ this.#seed;
    let b = 0x41c6ce57 ^ Math.imul(this.#seed, mixerA);
    for (let i = 0; i < client.length; i++) {
      const character = client.charCodeAt(i);
      a = Math.imul(a ^ character, multiplierA);
      b = Math.imul(b ^ character, multiplierB);
    }
    a = Math.imul(a ^ (a >>> 16), mixerA) ^ Math.imul(b ^ (b >>> 13), mixerB);
    b = Math.imul(b ^ (b >>> 16), mixerA) ^ Math.imul(a ^ (a >>> 13), mixerB);
    this.#a = a >>> 0;
    this.#b = b >>> 0;
  }
}
