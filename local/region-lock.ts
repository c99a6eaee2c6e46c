import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  readonly owner: number;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

/** True when the process runs and was started for this directory, so that a reused pid is not ours. */
function belongsTo(directory: string, pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/environ`, "utf8");
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return `${status}\0${commandLine}`.includes(directory);
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Says who runs the region in a directory, so that two do not share its state, and which
 * processes to end when the one who ran it was killed.
 */
export class RegionLock {
  readonly #file: string;
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#file = join(directory, "region.lock.json");
  }

  /** Takes the directory over; ends what a killed owner left running. */
  take(): void {
    // The command line refuses settings from a folder that others can write.
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    if (existsSync(this.#file)) {
      const entry = JSON.parse(readFileSync(this.#file, "utf8")) as Entry;
      if (entry.owner !== process.pid && isRunning(entry.owner)) {
        throw new Error(
          `a region runs in ${this.#directory} already (process ${entry.owner}); stop it or choose another --directory`,
        );
      }
      for (const { pid } of entry.processes) {
        if (belongsTo(this.#directory, pid)) process.kill(pid, "SIGKILL");
      }
    }
    this.write([]);
  }

  write(processes: Entry["processes"]): void {
    const entry: Entry = { owner: process.pid, processes };
    writeFileSync(this.#file, JSON.stringify(entry));
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}
