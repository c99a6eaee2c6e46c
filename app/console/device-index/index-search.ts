import type { DatabaseSync, StatementSync } from "node:sqlite";
import { allKinds, type DeviceKind, type IndexedStatus, kindsOf } from "./device-kinds.ts";

/** Which devices are wanted: those that have all that is named. */
export interface IndexFilter {
  /** What the name begins with. */
  readonly prefix?: string | undefined;
  readonly status?: IndexedStatus | undefined;
  readonly region?: string | undefined;
  readonly label?: string | undefined;
}

export interface IndexPage {
  /** In order. */
  readonly names: readonly string[];
  /** Whether there are further ones behind the last. */
  readonly more: boolean;
}

/** Names are of ASCII: below these all names lie, and above the first one none. */
const [lowest, highest] = ["", "\u007f"];

/**
 * Looks for devices along an index that has them in the wanted order already, once for each kind that
 * fits: whatever is asked for, it touches about as many entries as it gives.
 */
export class IndexSearch {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @param after the last name of the page before. */
  page(filter: IndexFilter, after: string | undefined, limit: number): IndexPage {
    const [from, to] = bounds(filter.prefix);
    const isLater = after !== undefined && after >= from;
    const begin = isLater ? after : from;
    const comparison = isLater ? ">" : ">=";
    const range = { condition: `name ${comparison} ? AND name < ?`, values: [begin, to] };
    const parts = this.#parts(filter, range);
    if (parts.length === 0) return { names: [], more: false };
    const wanted = limit + 1;
    const each = parts.map(({ sql }) => `SELECT name FROM (${sql} ORDER BY name LIMIT ?)`);
    const sql = `${each.join(" UNION ALL ")} ORDER BY name LIMIT ?`;
    const values = [...parts.flatMap((part) => [...part.values, wanted]), wanted];
    const rows = this.#statement(sql).all(...values) as { name: string }[];
    const names = rows.slice(0, limit).map(({ name }) => name);
    return { names, more: rows.length > limit };
  }

  /** How many fit, as far as `atMost`. */
  count(filter: IndexFilter, atMost: number): number {
    const values = bounds(filter.prefix);
    let found = 0;
    for (const part of this.#parts(filter, { condition: "name >= ? AND name < ?", values })) {
      const counting = this.#statement(`SELECT count(*) AS n FROM (${part.sql} LIMIT ?)`);
      found += Number(counting.get(...part.values, atMost - found)?.["n"]);
      if (found >= atMost) break;
    }
    return found;
  }

  /** One reading along an index for each kind that fits. */
  #parts(filter: IndexFilter, range: { condition: string; values: readonly string[] }): Part[] {
    const kinds = kindsOf(filter);
    const { condition, values } = range;
    if (filter.label === undefined) {
      if (!kinds) return [{ sql: `SELECT name FROM device WHERE ${condition}`, values }];
      const sql = `SELECT name FROM device INDEXED BY device_by_kind WHERE kind = ? AND ${condition}`;
      return kinds.map((kind) => ({ sql, values: [kind, ...values] }));
    }
    const label = this.#label(filter.label);
    if (label === undefined) return [];
    const sql = `SELECT name FROM labelled WHERE label = ? AND kind = ? AND ${condition}`;
    return (kinds ?? allKinds).map((kind) => ({ sql, values: [label, kind, ...values] }));
  }

  #label(name: string): number | undefined {
    const id = this.#statement("SELECT id FROM label WHERE name = ?").get(name)?.["id"];
    return id === undefined ? undefined : Number(id);
  }

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const made = this.#database.prepare(sql);
    this.#prepared.set(sql, made);
    return made;
  }
}

interface Part {
  readonly sql: string;
  readonly values: readonly (string | number | DeviceKind)[];
}

/** From where to below where names begin with it. */
function bounds(prefix: string | undefined): [string, string] {
  if (prefix === undefined || prefix === "") return [lowest, highest];
  const last = prefix.charCodeAt(prefix.length - 1);
  return [prefix, prefix.slice(0, -1) + String.fromCharCode(last + 1)];
}
