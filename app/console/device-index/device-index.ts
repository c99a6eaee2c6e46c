import type { DatabaseSync } from "node:sqlite";
import { kindOf } from "./device-kinds.ts";
import { type IndexFile, openIndexFile, pageBytes } from "./index-file.ts";
import { IndexSearch } from "./index-search.ts";
import type { IndexedDevice } from "./indexed-device.ts";

/** A reading of the table: it counts only where none that began later is known. In seconds since 1970. */
export type ReadAt = number;

/**
 * Which devices there are, by name, status, home region and label, in a file that may be thrown
 * away at any time. It does all its work at once: it belongs into a thread of its own.
 */
export class DeviceIndex {
  readonly search: IndexSearch;
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof statementsOf>;
  readonly #labels = new Map<string, number>();

  constructor(file: IndexFile) {
    this.#database = openIndexFile(file);
    this.#statements = statementsOf(this.#database);
    this.search = new IndexSearch(this.#database);
  }

  put(devices: readonly IndexedDevice[], readAt: ReadAt): void {
    this.#atOnce(() => {
      for (const device of devices) this.#putOne(device, readAt);
    });
  }

  /** They are not in the table. */
  remove(names: readonly string[], readAt: ReadAt): void {
    const { forget, gone } = this.#statements;
    this.#atOnce(() => {
      for (const name of names) {
        if (!this.#isNews(name, readAt)) continue;
        this.#unlabel(name);
        forget.run(name);
        gone.run(name, readAt);
      }
    });
  }

  /**
   * Removes of so many names behind `after` those that no reading has found since.
   *
   * @returns the last name that was looked at; undefined when it was the end.
   */
  removeUnread(since: ReadAt, after: string, atMost: number): string | undefined {
    const { named, forget } = this.#statements;
    const looked = named.all(after, atMost) as { name: string; read_at: number }[];
    this.#atOnce(() => {
      for (const { name, read_at } of looked) {
        if (read_at >= since) continue;
        this.#unlabel(name);
        forget.run(name);
      }
    });
    return looked.length < atMost ? undefined : looked.at(-1)?.name;
  }

  /** Forgets what was needed while a reading from then went on, and labels that no device has. */
  tidy(since: ReadAt): void {
    this.#database.prepare("DELETE FROM gone WHERE read_at < ?").run(since);
    this.#database.exec(
      "DELETE FROM label WHERE NOT EXISTS (SELECT 1 FROM labelled WHERE labelled.label = label.id)",
    );
    this.#labels.clear();
  }

  /** What was kept under a name, as JSON. */
  kept<T>(what: string): T | undefined {
    const value = this.#statements.kept.get(what)?.["value"];
    return typeof value === "string" ? (JSON.parse(value) ?? undefined) : undefined;
  }

  keep(what: string, value: unknown): void {
    this.#statements.keep.run(what, JSON.stringify(value));
  }

  /** Of its file, without what was written last. */
  bytes(): number {
    return Number(this.#statements.pages.get()?.["page_count"]) * pageBytes;
  }

  close(): void {
    this.#database.close();
  }

  #putOne(device: IndexedDevice, readAt: ReadAt): void {
    const { found, put, read, label, comeBack } = this.#statements;
    const { name, status, region } = device;
    if (!this.#isNews(name, readAt)) return;
    const kind = kindOf(status, region);
    const labels = [...new Set(device.labels)].map((each) => this.#labelId(each));
    const text = labels.sort((a, b) => a - b).join(",");
    const before = found.get(name);
    if (before && before["kind"] === kind && before["labels"] === text) {
      read.run(readAt, name);
      return;
    }
    if (before) this.#unlabel(name);
    put.run(name, kind, text, readAt);
    for (const id of labels) label.run(id, kind, name);
    comeBack.run(name);
  }

  #isNews(name: string, readAt: ReadAt): boolean {
    const { found, goneAt } = this.#statements;
    const known = found.get(name)?.["read_at"] ?? goneAt.get(name)?.["read_at"];
    return known === undefined || Number(known) <= readAt;
  }

  #unlabel(name: string): void {
    const { found, unlabel } = this.#statements;
    const known = found.get(name);
    if (!known || known["labels"] === "") return;
    for (const id of String(known["labels"]).split(",")) {
      unlabel.run(Number(id), known["kind"] as number, name);
    }
  }

  #labelId(name: string): number {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    this.#statements.addLabel.run(name);
    const id = Number(this.#statements.labelId.get(name)?.["id"]);
    // Labels are few; if not, there is no room to remember them all.
    if (this.#labels.size >= labelsRemembered) this.#labels.clear();
    this.#labels.set(name, id);
    return id;
  }

  /** All of it or nothing. */
  #atOnce(act: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      act();
      this.#database.exec("COMMIT");
    } catch (error) {
      // Where the disk is full, SQLite has taken it back already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      // Numbers of labels that were given in it are free again.
      this.#labels.clear();
      throw error;
    }
  }
}

const labelsRemembered = 10_000;

const statementsOf = (database: DatabaseSync) => ({
  found: database.prepare("SELECT kind, labels, read_at FROM device WHERE name = ?"),
  named: database.prepare("SELECT name, read_at FROM device WHERE name > ? ORDER BY name LIMIT ?"),
  put: database.prepare("INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?)"),
  read: database.prepare("UPDATE device SET read_at = ? WHERE name = ?"),
  forget: database.prepare("DELETE FROM device WHERE name = ?"),
  label: database.prepare("INSERT OR IGNORE INTO labelled VALUES (?, ?, ?)"),
  unlabel: database.prepare("DELETE FROM labelled WHERE label = ? AND kind = ? AND name = ?"),
  addLabel: database.prepare("INSERT OR IGNORE INTO label(name) VALUES (?)"),
  labelId: database.prepare("SELECT id FROM label WHERE name = ?"),
  gone: database.prepare("INSERT OR REPLACE INTO gone VALUES (?, ?)"),
  goneAt: database.prepare("SELECT read_at FROM gone WHERE name = ?"),
  comeBack: database.prepare("DELETE FROM gone WHERE name = ?"),
  pages: database.prepare("PRAGMA page_count"),
  kept: database.prepare("SELECT value FROM kept WHERE what = ?"),
  keep: database.prepare("INSERT OR REPLACE INTO kept VALUES (?, ?)"),
});
