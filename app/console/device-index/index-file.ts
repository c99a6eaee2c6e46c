import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface IndexFile {
  readonly path: string;
  /** What the file may take at most. Without room the index takes nothing more, and says so. */
  readonly limitBytes: number;
}

/** Goes up with every change of the tables: a file of before is thrown away and filled again. */
const version = 1;
export const pageBytes = 4_096;
/** Of pages in memory. */
const cacheKiB = 16 * 1_024;

/**
 * `device`: a name, its kind, the numbers of its labels, and when it was read. `labelled`: the same
 * by label. `gone`: what was found to be no more, against readings that began before.
 */
const tables = `
CREATE TABLE device(name TEXT PRIMARY KEY, kind INTEGER NOT NULL, labels TEXT NOT NULL, read_at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX device_by_kind ON device(kind);
CREATE TABLE label(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE labelled(label INTEGER, kind INTEGER, name TEXT, PRIMARY KEY(label, kind, name)) WITHOUT ROWID, STRICT;
CREATE TABLE gone(name TEXT PRIMARY KEY, read_at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE boot(id TEXT NOT NULL) STRICT;
CREATE TABLE kept(what TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
`;

/** Opens it as it was left, or makes it anew where it cannot be used: all of it can be read again. */
export function openIndexFile(file: IndexFile): DatabaseSync {
  mkdirSync(dirname(file.path), { recursive: true });
  try {
    return open(file);
  } catch {
    removeIndexFile(file.path);
    return open(file);
  }
}

export function removeIndexFile(path: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
}

/** `SQLITE_CORRUPT` and `SQLITE_NOTADB`: nothing in the file is to be believed any more. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && [11, 26].includes(Number(error.errcode) & 0xff);

/** A file of another program or of another start of the machine. */
class NotOurs extends Error {
  override readonly name = "NotOurs";
}

/**
 * Changes with each start of the machine. Nothing is forced to disk here: a process may be killed at
 * any time, but what a machine that fell left of a file is not to be trusted.
 */
function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return randomUUID();
  }
}

function open({ path, limitBytes }: IndexFile): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF; PRAGMA cache_size = -${cacheKiB}; PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 8388608;
      PRAGMA max_page_count = ${Math.max(64, Math.floor(limitBytes / pageBytes))};`);
    const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (found === 0) {
      database.exec(`BEGIN; ${tables} PRAGMA user_version = ${version};`);
      database.prepare("INSERT INTO boot VALUES (?)").run(bootId());
      database.exec("COMMIT");
    }
    const boot = database.prepare("SELECT id FROM boot").get()?.["id"];
    if ((found !== 0 && found !== version) || boot !== bootId()) throw new NotOurs(path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
