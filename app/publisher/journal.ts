import { closeSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, writeForced } from "./forced-to-disk.ts";
import { alertLine, type JournaledAlert, parseJournal, settledLine } from "./journal-line.ts";
import { lockJournal } from "./journal-lock.ts";
import { PublisherError } from "./publisher-error.ts";

export interface JournalOptions {
  readonly directory: string;
  /** What alerts that are not settled may take, in bytes. The file is three times that at most. */
  readonly limitBytes: number;
  /**
   * `always`: an alert is on disk before it counts as kept (fdatasync, many alerts at once). `never`: it is
   * with the system, which survives the end of this process, not that of the machine.
   */
  readonly sync: "always" | "never";
}

interface Addition {
  readonly alert: JournaledAlert;
  readonly line: string;
  readonly done: (error?: PublisherError) => void;
}

/** Settled alerts are written down together; until then a crash sends them once more. */
const gatherMs = 50;
const spareBytes = 1024 ** 2;
/** A file that could not be compacted has to grow by this share before it is tried again. */
const growthShare = 0.25;

/**
 * The alerts that are not settled, in an append-only file. Additions that come while one is being written
 * are written, and forced to disk, together.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #file: string;
  /** What is to take the place of the file. Nobody reads one that a killed process left. */
  readonly #newFile: string;
  readonly #lock: { release(): void };
  readonly #alerts = new Map<number, JournaledAlert>();
  readonly #sizes = new Map<number, number>();
  #handle: FileHandle | undefined;
  #fileBytes = 0;
  #alertBytes = 0;
  #lastNumber = 0;
  #additions: Addition[] = [];
  #settled: number[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #broken: PublisherError | undefined;
  /** When the file was last compacted in vain: how large it was, and what was to be kept. */
  #uncompacted: { readonly fileBytes: number; readonly alertBytes: number } | undefined;
  /** Lines that did not read when it was opened. */
  readonly damagedLines: number;

  /** @throws PublisherError `journal-in-use`, `journal-failed` */
  constructor(options: JournalOptions) {
    this.#options = options;
    const { directory } = options;
    this.#file = join(directory, "alerts.journal");
    this.#newFile = `${this.#file}.new`;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw failed(`cannot make ${directory}`, cause);
    }
    this.#lock = lockJournal(directory);
    try {
      this.damagedLines = this.#read();
    } catch (cause) {
      this.#lock.release();
      throw failed(`cannot open ${this.#file}`, cause);
    }
  }

  /** Those that are not settled, in their order. */
  get alerts(): Iterable<JournaledAlert> {
    return this.#alerts.values();
  }

  /**
   * Resolves when the alert is kept.
   *
   * @throws PublisherError `journal-full`, `journal-failed`
   */
  async add(alert: Omit<JournaledAlert, "number">): Promise<JournaledAlert> {
    if (this.#broken) throw this.#broken;
    const numbered = { ...alert, number: this.#lastNumber + 1 };
    const line = alertLine(numbered);
    const { limitBytes } = this.#options;
    if (this.#alertBytes + line.length > limitBytes) {
      throw new PublisherError(
        "journal-full",
        `${this.#file} holds ${this.#alertBytes} of ${limitBytes} bytes of alerts that are not confirmed; publish again when some are, or give it more`,
      );
    }
    this.#lastNumber++;
    this.#count(numbered.number, line.length);
    await new Promise<void>((resolve, reject) => {
      this.#additions.push({ alert: numbered, line, done: (e) => (e ? reject(e) : resolve()) });
      this.#write();
    });
    return numbered;
  }

  /** The alert needs not be kept any more. */
  settle(number: number): void {
    if (!this.#alerts.delete(number)) return;
    this.#uncount(number);
    this.#settled.push(number);
    this.#timer ??= setTimeout(() => this.#write(), gatherMs).unref();
  }

  /** Writes down what is settled. */
  async close(): Promise<void> {
    do {
      this.#write();
      await this.#writing;
    } while (this.#writing);
    await this.#handle?.close().catch(() => {});
    this.#lock.release();
  }

  #read(): number {
    rmSync(this.#newFile, { force: true });
    closeSync(openSync(this.#file, "a", 0o600));
    syncFolder(this.#options.directory);
    const bytes = readFileSync(this.#file);
    const { alerts, lastNumber, wholeBytes, damagedLines } = parseJournal(bytes);
    if (wholeBytes < bytes.length) truncateSync(this.#file, wholeBytes);
    for (const alert of alerts) {
      this.#alerts.set(alert.number, alert);
      this.#count(alert.number, alertLine(alert).length);
    }
    this.#lastNumber = lastNumber;
    this.#fileBytes = wholeBytes;
    return damagedLines;
  }

  #count(number: number, bytes: number): void {
    this.#sizes.set(number, bytes);
    this.#alertBytes += bytes;
  }

  #uncount(number: number): void {
    this.#alertBytes -= this.#sizes.get(number) ?? 0;
    this.#sizes.delete(number);
  }

  #write(): void {
    if (this.#writing || this.#additions.length + this.#settled.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writeGathered().finally(() => {
      this.#writing = undefined;
      this.#write();
    });
  }

  async #writeGathered(): Promise<void> {
    const additions = this.#additions.splice(0);
    const settled = this.#settled.splice(0);
    const lines = additions.map(({ line }) => line);
    if (settled.length > 0) lines.unshift(settledLine(settled));
    let error = this.#broken;
    try {
      if (!error) await this.#append(lines.join(""), additions.length > 0);
    } catch (cause) {
      error = failed(`cannot write to ${this.#file}`, cause);
    }
    for (const { alert, done } of additions) {
      if (error) this.#uncount(alert.number);
      else this.#alerts.set(alert.number, alert);
      done(error);
    }
    // Also when nothing could be written: on a full disk this makes room.
    if (!this.#broken && this.#compactable()) await this.#compact();
  }

  async #append(text: string, forced: boolean): Promise<void> {
    this.#handle ??= await open(this.#file, "a", 0o600);
    const handle = this.#handle;
    try {
      await handle.appendFile(text);
    } catch (error) {
      // As on a full disk: the next line must not follow half of one.
      await handle.truncate(this.#fileBytes).catch((cause) => this.#break(cause));
      throw error;
    }
    this.#fileBytes += Buffer.byteLength(text);
    if (!forced || this.#options.sync === "never") return;
    // What could not be forced to disk once may be gone, and the next attempt says that all is well.
    await handle.datasync().catch((cause) => this.#break(cause));
  }

  #break(cause: unknown): never {
    this.#broken = unreliable(this.#file, cause);
    throw this.#broken;
  }

  #compactable(): boolean {
    if (this.#fileBytes <= 2 * this.#alertBytes + spareBytes) return false;
    const before = this.#uncompacted;
    if (!before) return true;
    // With each write a disk that is nearly full would be filled again.
    const grown = this.#fileBytes > before.fileBytes * (1 + growthShare);
    return grown || this.#alertBytes < before.alertBytes / 2;
  }

  /** Leaves out what is settled. Until the new file is there in whole, the old one stays. */
  async #compact(): Promise<void> {
    const sizes = { fileBytes: this.#fileBytes, alertBytes: this.#alertBytes };
    let bytes: number;
    try {
      const text = [...this.#alerts.values()].map(alertLine).join("");
      bytes = Buffer.byteLength(text);
      await writeForced(this.#newFile, text);
      await rename(this.#newFile, this.#file);
    } catch {
      this.#uncompacted = sizes;
      await rm(this.#newFile, { force: true }).catch(() => {});
      return;
    }
    // First of all: what is written to the old file from here on is lost, since it has no name any more.
    const old = this.#handle;
    this.#handle = undefined;
    this.#fileBytes = bytes;
    this.#uncompacted = undefined;
    await old?.close().catch(() => {});
    try {
      syncFolder(this.#options.directory);
    } catch (cause) {
      // The machine may come back with the old file, without what goes into the new one.
      this.#broken = unreliable(this.#file, cause);
    }
  }
}

function failed(message: string, cause: unknown): PublisherError {
  if (cause instanceof PublisherError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  return new PublisherError("journal-failed", code ? `${message} (${code})` : message, { cause });
}

function unreliable(file: string, cause: unknown): PublisherError {
  return failed(`${file} is not reliable any more, open it anew`, cause);
}
