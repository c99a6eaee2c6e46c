import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PublisherError } from "./publisher-error.ts";

/** SQLITE_BUSY; the higher bits say more about it. */
const busy = 5;

/**
 * Sees that a journal has one writer, on one machine. What a killed one held is free at once.
 *
 * The kernel holds the lock, which Node offers through SQLite alone: a write transaction on a database
 * that stays empty. A file with a process id would not do, since in containers every publisher is
 * process 1, and nothing takes over what a dead one left without a moment in which two do.
 *
 * The file stays when it is released: who removes it may remove the one that the next has locked. Nothing
 * else may open it in this process, which would give the lock up as it closes it (POSIX).
 *
 * @throws PublisherError `journal-in-use`, `journal-failed`
 */
export function lockJournal(directory: string): { release(): void } {
  const folder = resolve(directory);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, "writer.lock"));
    // In memory, as a killed one would leave a file beside it. IMMEDIATE: of two at once, one succeeds.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
  } catch (cause) {
    lock?.close();
    const { errcode = 0 } = cause as { errcode?: number };
    if ((errcode & 0xff) !== busy) {
      throw new PublisherError("journal-failed", `cannot lock ${folder}`, { cause });
    }
    const message = `${folder} is in use by another publisher; give each a folder of its own`;
    throw new PublisherError("journal-in-use", message, { cause });
  }
  return { release: () => lock.isOpen && lock.close() };
}
