import { once } from "node:events";
import { styleText } from "node:util";
import { printable, printableJson } from "../shared/printable.ts";

/** Nobody reads the output any more, as behind `| head`. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

type Format = Parameters<typeof styleText>[0];

/** Text in a colour, where the reader is a terminal that wants colours. */
export interface Styled {
  readonly format: Format;
  readonly text: string;
}
export type Part = string | Styled;

/** Longer than any line of ours: a stranger's text is cut where it is put into one. */
const lineLimit = 16 * 1024;

/** A line as it leaves: printable, whatever strangers have put into it, and our own colours. */
function drawn(stream: NodeJS.WriteStream, parts: readonly Part[]): string {
  return parts
    .map((part) =>
      typeof part === "string"
        ? printable(part, lineLimit)
        : styleText(part.format, printable(part.text, lineLimit), { stream }),
    )
    .join("");
}

/** Lines of text that comes as a whole. */
export const linesIn = (text: string): string[] => text.replace(/\n$/, "").split("\n");

/** Standard output, which waits for its reader and knows when it is gone. The only way to it. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #closed = false;
  #roomAgain: Promise<void> | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.#closed = true;
    });
  }

  /** @throws OutputClosed when the reader is gone. */
  line(...parts: readonly Part[]): Promise<void> {
    return this.#write(drawn(this.#stream, parts));
  }

  /**
   * A line of JSON, whatever its length. It means the same as what is given.
   *
   * @throws OutputClosed
   */
  json(text: string): Promise<void> {
    return this.#write(printableJson(text));
  }

  async #write(line: string): Promise<void> {
    if (this.#closed) throw new OutputClosed();
    if (this.#stream.write(`${line}\n`)) return;
    this.#roomAgain ??= this.#untilRoom();
    await this.#roomAgain;
    if (this.#closed) throw new OutputClosed();
  }

  /** One for all lines that wait: those of a help text are written at once. */
  async #untilRoom(): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const events = ["drain", "close"].map((event) => once(this.#stream, event, { signal }));
    await Promise.race(events).catch(() => {});
    this.#roomAgain = undefined;
    waiting.abort();
    await Promise.allSettled(events);
  }

  /** Resolves when all has left the process, which would otherwise take it along when it ends. */
  flushed(): Promise<void> {
    if (this.#closed || this.#stream.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => this.#stream.write("", () => resolve()));
  }
}

/** Standard error: progress, questions and complaints. The only way to it. */
export class Messages {
  /** To ask on: what is asked must have been made printable. */
  readonly stream: NodeJS.WriteStream;
  #drawn = false;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
    stream.on("error", () => {});
  }

  get terminal(): boolean {
    return this.stream.isTTY === true;
  }

  line(...parts: readonly Part[]): void {
    this.erase();
    this.stream.write(`${drawn(this.stream, parts)}\n`);
  }

  /** A line that the next one takes the place of, on a terminal. */
  draw(text: string): void {
    this.erase();
    this.stream.write(`${drawn(this.stream, [text])}${this.terminal ? "" : "\n"}`);
    this.#drawn = this.terminal;
  }

  erase(): void {
    if (this.#drawn) this.stream.write("\r\u001b[K");
    this.#drawn = false;
  }

  flushed(): Promise<void> {
    return new Promise((resolve) => this.stream.write("", () => resolve()));
  }
}
