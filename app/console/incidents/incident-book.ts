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
  readonly #known = new Map<string, Incident>();
  /** In the order in which they were opened, which is that of their ids. */
  readonly #ids: string[] = [];

  constructor(limit = listedLimit) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Takes an incident as it is now. */
  take(incident: Incident): void {
    const { id } = incident;
    if (incident.mergedInto !== undefined) {
      this.#drop(id);
      return;
    }
    if (!this.#known.has(id)) {
      this.#ids.splice(this.#placeOf(id), 0, id);
      if (this.#ids.length > this.#limit) this.#drop(this.#ids[0] ?? "");
      if (this.#ids[this.#placeOf(id)] !== id) return;
    }
    this.#known.set(id, { ...incident, evidence: { first: [], last: [] }, timeline: [] });
  }

  /** There is another stream than before. */
  clear(): void {
    this.#known.clear();
    this.#ids.length = 0;
  }

  page(filter: IncidentFilter, { after, limit }: Page): IncidentPage {
    const incidents: Incident[] = [];
    let place = after === undefined ? this.#ids.length : this.#placeOf(after);
    while (--place >= 0) {
      const incident = this.#known.get(this.#ids[place] ?? "");
      if (!incident || !isListed(incident, filter)) continue;
      if (incidents.length === limit) return { incidents, next: incidents.at(-1)?.id };
      incidents.push(incident);
    }
    return { incidents, next: undefined };
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
