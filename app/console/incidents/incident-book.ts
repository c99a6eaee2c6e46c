import type { Incident } from "../../incidents/incident.ts";
import { type IncidentFilter, isListed } from "../../incidents/incident-list.ts";

/** So many are listed, the newest; older ones can be asked for by their ids. */
export const listedLimit = 20_000;

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
}

/** What a list is made of: every incident without what was found, the newest first. */
export class IncidentBook {
  readonly #limit: number;
  readonly #known = new Map<string, { readonly incident: Incident; readonly sequence: number }>();
  /** Which version told that an incident has become a part of another, of so many. */
  readonly #merged = new Map<string, number>();
  /** In the order in which they were opened, which is that of their ids. */
  readonly #ids: string[] = [];

  constructor(limit = listedLimit) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Takes a version of an incident. They may come in any order: that with the highest sequence counts. */
  take(incident: Incident, sequence: number): void {
    const { id } = incident;
    if (sequence < (this.#known.get(id)?.sequence ?? this.#merged.get(id) ?? 0)) return;
    if (incident.mergedInto !== undefined) {
      this.#drop(id);
      this.#rememberMerged(id, sequence);
      return;
    }
    if (!this.#known.has(id)) {
      this.#ids.splice(this.#placeOf(id), 0, id);
      if (this.#ids.length > this.#limit) this.#drop(this.#ids[0] ?? "");
      if (this.#ids[this.#placeOf(id)] !== id) return;
    }
    const listed = { ...incident, evidence: { first: [], last: [] }, timeline: [] };
    this.#known.set(id, { incident: listed, sequence });
  }

  /** There is another stream than before. */
  clear(): void {
    this.#known.clear();
    this.#merged.clear();
    this.#ids.length = 0;
  }

  page(filter: IncidentFilter, { after, limit }: Page): IncidentPage {
    const incidents: Incident[] = [];
    let place = after === undefined ? this.#ids.length : this.#placeOf(after);
    while (--place >= 0) {
      const incident = this.#known.get(this.#ids[place] ?? "")?.incident;
      if (!incident || !isListed(incident, filter)) continue;
      if (incidents.length === limit) return { incidents, next: incidents.at(-1)?.id };
      incidents.push(incident);
    }
    return { incidents, next: undefined };
  }

  #rememberMerged(id: string, sequence: number): void {
    this.#merged.set(id, sequence);
    if (this.#merged.size <= this.#limit) return;
    const [first] = this.#merged.keys();
    this.#merged.delete(first ?? "");
  }

  #drop(id: string): void {
    if (this.#ids[this.#placeOf(id)] === id) this.#ids.splice(this.#placeOf(id), 1);
    this.#known.delete(id);
  }

  /** Of an id, or where it would be. */
  #placeOf(id: string): number {
    let [low, high] = [0, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? "") < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}
