import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PublisherError } from "./publisher-error.ts";

interface Owner {
  readonly pid: number;
  /** When it was started, as the system counts; undefined where that is not told. */
  readonly started?: string | undefined;
}

/** Those that this process has open: its own id says nothing about them. */
const ownFolders = new Set<string>();

/** Field 22 of the process's status; the name before it may hold blanks. */
function startedOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
}

/** A process id is given again, after a restart of a container to the very same program. */
function lives({ pid, started }: Owner): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return started === undefined || started === startedOf(pid);
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8"));
    return typeof owner.pid === "number" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sees that a journal has one writer, on one machine. What a killed one left behind is taken over.
 *
 * @throws PublisherError `journal-in-use`
 */
export function lockJournal(directory: string): { release(): void } {
  const folder = resolve(directory);
  const file = join(folder, "lock");
  const owner = readOwner(file);
  if (ownFolders.has(folder) || (owner && lives(owner))) {
    const by = ownFolders.has(folder) ? "this process" : `process ${owner?.pid}`;
    throw new PublisherError(
      "journal-in-use",
      `${folder} is in use by ${by}; give each publisher a folder of its own`,
    );
  }
  rmSync(file, { force: true });
  const self: Owner = { pid: process.pid, started: startedOf(process.pid) };
  try {
    writeFileSync(file, JSON.stringify(self), { flag: "wx", mode: 0o600 });
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const code = taken ? "journal-in-use" : "journal-failed";
    throw new PublisherError(code, `cannot take ${folder}`, { cause });
  }
  ownFolders.add(folder);
  return {
    release() {
      ownFolders.delete(folder);
      rmSync(file, { force: true });
    },
  };
}
