/** Sequences that are kept together. */
const chunkLength = 65_536;
/** Bits of a chunk's filter, of which one in eight is set when every sequence has another device. */
const filterBits = chunkLength * 8;
/** Of so many sequences in a row it is known when the latest was stored. */
const groupLength = 1_024;

interface Chunk {
  /** Whose each one is, as a hash; 0 where there is none. */
  readonly owners: Uint32Array;
  /** Which hashes are in it, so that most devices' need no search. */
  readonly filter: Uint8Array;
  /** When the latest of each group was stored, and of all, in milliseconds since 1970; 0 for none. */
  readonly latest: Float64Array;
  latestOfAll: number;
}

/** What is told of an alert when it is noted. */
export interface NotedAlert {
  readonly sequence: number;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** 32 bits of a subject (FNV-1a), never 0. */
export function ownerOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < subject.length; i++) {
    hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  }
  // The filter takes the lower bits, which FNV mixes worst.
  hash ^= hash >>> 15;
  return hash >>> 0 || 1;
}

/**
 * Which sequences of a stream may be a device's: about five bytes for each sequence.
 *
 * All of those from `from` to before `until` are known. One that is named may be another device's
 * with the same hash; none of the device's is missing.
 */
export class AlertIndex {
  readonly #chunks = new Map<number, Chunk>();
  #from: number;
  #until: number;

  /** @param sequence where it begins to grow, to both sides. */
  constructor(sequence: number) {
    this.#from = sequence;
    this.#until = sequence;
  }

  get from(): number {
    return this.#from;
  }

  get until(): number {
    return this.#until;
  }

  /** Alerts at one end. What they are counts when the index `reaches` them. */
  note(alerts: readonly NotedAlert[]): void {
    for (const { sequence, subject, storedAt } of alerts) {
      const chunk = this.#chunkOf(sequence);
      const { owners, filter, latest } = chunk;
      const place = sequence % chunkLength;
      const owner = ownerOf(subject);
      owners[place] = owner;
      const bit = owner % filterBits;
      filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
      const group = Math.floor(place / groupLength);
      latest[group] = Math.max(latest[group] ?? 0, storedAt);
      chunk.latestOfAll = Math.max(chunk.latestOfAll, storedAt);
    }
  }

  /** All that is there from `from` to before `until` was noted. */
  reach({ from = this.#from, until = this.#until }): void {
    this.#from = Math.min(from, this.#from);
    this.#until = Math.max(until, this.#until);
  }

  /** What is before `first` is no longer kept. */
  drop(first: number): void {
    this.#from = Math.max(this.#from, first);
    this.#until = Math.max(this.#until, first);
    for (const number of this.#chunks.keys()) {
      if ((number + 1) * chunkLength <= first) this.#chunks.delete(number);
    }
  }

  /** The first ones from there on that may be of this subject, in order, `limit` at most. */
  find(subject: string, from: number, limit: number): readonly number[] {
    const owner = ownerOf(subject);
    const bit = owner % filterBits;
    const found: number[] = [];
    const first = Math.max(from, this.#from);
    for (const number of this.#numbers(first)) {
      if (found.length === limit) break;
      const chunk = this.#chunks.get(number);
      if (chunk && (chunk.filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) {
        this.#findIn(chunk, { number, owner, first, limit, found });
      }
    }
    return found;
  }

  /**
   * From where on something was stored at `since` or later, in milliseconds since 1970, or from some way
   * before it; 0 when that may be before everything that is known.
   *
   * What begins before `from` does not count, although some of it may be noted: between that and
   * `from` there may be what is not noted yet.
   */
  sequenceAt(since: number): number {
    let earlier = false;
    for (const number of this.#numbers()) {
      const chunk = this.#chunks.get(number);
      if (!chunk) continue;
      const base = number * chunkLength;
      const first = Math.max(0, Math.ceil((this.#from - base) / groupLength));
      const known = chunk.latest.subarray(first);
      const group = chunk.latestOfAll >= since ? known.findIndex((latest) => latest >= since) : -1;
      earlier ||= known.subarray(0, group < 0 ? known.length : group).some((latest) => latest > 0);
      if (group >= 0) return earlier ? base + (first + group) * groupLength : 0;
    }
    return earlier ? this.#until : 0;
  }

  /** Of the chunks that it reaches. */
  *#numbers(from = this.#from): Generator<number> {
    const end = Math.ceil(this.#until / chunkLength);
    for (let number = Math.floor(from / chunkLength); number < end; number++) yield number;
  }

  #findIn(
    { owners }: Chunk,
    search: {
      readonly number: number;
      readonly owner: number;
      readonly first: number;
      readonly limit: number;
      readonly found: number[];
    },
  ): void {
    const { owner, first, limit, found } = search;
    const base = search.number * chunkLength;
    let place = owners.indexOf(owner, Math.max(0, first - base));
    while (place >= 0 && base + place < this.#until && found.length < limit) {
      found.push(base + place);
      place = owners.indexOf(owner, place + 1);
    }
  }

  #chunkOf(sequence: number): Chunk {
    const number = Math.floor(sequence / chunkLength);
    let chunk = this.#chunks.get(number);
    if (!chunk) {
      chunk = {
        owners: new Uint32Array(chunkLength),
        filter: new Uint8Array(filterBits / 8),
        latest: new Float64Array(chunkLength / groupLength),
        latestOfAll: 0,
      };
      this.#chunks.set(number, chunk);
    }
    return chunk;
  }
}
