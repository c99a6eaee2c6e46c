import { once } from "node:events";
import { styleText } from "node:util";

/** Nobody reads the output any more, as behind `| head`. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

type Format = Parameters<typeof styleText>[0];

/** Standard output that waits for its reader and knows when it is gone. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #closed = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.#closed = true;
    });
  }

  get terminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** @throws OutputClosed when the reader is gone. */
  async line(text: string): Promise<void> {
    if (this.#closed) throw new OutputClosed();
    if (this.#stream.write(`${text}\n`)) return;
    await Promise.race([once(this.#stream, "drain"), once(this.#stream, "close")]).catch(() => {});
    if (this.#closed) throw new OutputClosed();
  }

  /** Resolves when all has left the process, which would otherwise take it along when it ends. */
  flushed(): Promise<void> {
    if (this.#closed || this.#stream.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => this.#stream.write("", () => resolve()));
  }

  /** Coloured on a terminal that wants colours, plain otherwise. */
  styled(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stream });
  }
}
