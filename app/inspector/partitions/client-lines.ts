import type { IngressMessage } from "../pipeline/ingress-message.ts";
import type { Cursor } from "./cursor.ts";

export interface ClientLinesOptions {
  readonly cursor: Cursor;
  /** Handles one message. False when it must not go on: the lease is over. */
  readonly handle: (message: IngressMessage) => Promise<boolean>;
  /**
   * The first message of a client that is in the log from `from` to `last`; undefined when none of
   * them is there any more, or when the lease is over. Never rejects.
   */
  readonly readAgain: (
    subject: string,
    from: number,
    last: () => number,
  ) => Promise<IngressMessage | undefined>;
  /** There is room again for what was held up by `full`. */
  readonly onRoom: () => void;
  readonly limits?: LineLimits;
}

interface Line {
  readonly subject: string;
  readonly waiting: IngressMessage[];
  waitingBytes: number;
  /** What is to be read again: everything of this client from `from` to `last`. */
  putOff: { from: number; last: number; messages: number } | undefined;
}

export interface LineLimits {
  /** Clients with a message in flight. */
  readonly clients: number;
  /** What may wait in memory; of one client an eighth of it. */
  readonly messages: number;
  readonly bytes: number;
}

/** So many clients keep the destination busy through its round trips. */
const defaultLimits: LineLimits = { clients: 128, messages: 4_096, bytes: 4 * 1024 ** 2 };
const share = 1 / 8;

/**
 * What a partition has taken in, one line for each client: one message of it is in flight, the
 * others wait behind it, and clients do not wait for each other.
 *
 * What exceeds a client's share of the memory is put off: only its place is remembered, and it is
 * read again when its turn comes. So whoever gets a thousand alerts at once waits for them alone.
 */
export class ClientLines {
  readonly #options: ClientLinesOptions;
  readonly #limits: LineLimits;
  readonly #lines = new Map<string, Line>();
  readonly #kept = { messages: 0, bytes: 0 };
  #running = 0;
  #held = false;
  #stopped = false;

  constructor(options: ClientLinesOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultLimits;
  }

  /** Messages in flight. */
  get running(): number {
    return this.#running;
  }

  /** Messages whose place alone is remembered. */
  get putOff(): number {
    let messages = 0;
    for (const line of this.#lines.values()) messages += line.putOff?.messages ?? 0;
    return messages;
  }

  /** Whether nothing more should be pushed, until `onRoom` is called. */
  full(): boolean {
    this.#held = this.#beyond(1);
    return this.#held;
  }

  push(message: IngressMessage): void {
    const { subject } = message;
    const line = this.#lines.get(subject);
    if (line) {
      if (line.putOff || this.#exceedsShare(line, message)) this.#putOff(line, message);
      else this.#keep(line, message);
      return;
    }
    const begun: Line = { subject, waiting: [], waitingBytes: 0, putOff: undefined };
    this.#lines.set(subject, begun);
    void this.#run(begun, message);
  }

  /** Begins with no other message. Those that wait stay open in the cursor, for the next owner. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(line: Line, first: IngressMessage): Promise<void> {
    const { cursor, handle } = this.#options;
    this.#running++;
    let message: IngressMessage | undefined = first;
    while (message) {
      // What is put off is read while the one before it is being stored.
      const ahead = this.#take(line) ?? this.#readAgain(line);
      if (!(await handle(message))) break;
      cursor.finish(message.sequence);
      this.#tellRoom();
      const next: IngressMessage | undefined = await ahead;
      message = this.#stopped ? undefined : (next ?? (await this.#next(line)));
    }
    this.#running--;
    this.#tellRoom();
  }

  /** Undefined when there is none: then the line is no more, and the next message begins another. */
  async #next(line: Line): Promise<IngressMessage | undefined> {
    while (!this.#stopped) {
      const message = this.#take(line);
      if (message) return message;
      if (!line.putOff) {
        this.#lines.delete(line.subject);
        return undefined;
      }
      const again = await this.#readAgain(line);
      if (again) return again;
    }
    return undefined;
  }

  #tellRoom(): void {
    if (this.#held && !this.#beyond(0.5)) this.#options.onRoom();
  }

  #beyond(part: number): boolean {
    const { clients, messages, bytes } = this.#limits;
    return (
      this.#running >= clients * part ||
      this.#kept.messages >= messages * part ||
      this.#kept.bytes >= bytes * part
    );
  }

  #exceedsShare(line: Line, { payload }: IngressMessage): boolean {
    const { messages, bytes } = this.#limits;
    return (
      line.waiting.length >= messages * share || line.waitingBytes + payload.length > bytes * share
    );
  }

  #keep(line: Line, message: IngressMessage): void {
    const bytes = message.payload.length;
    // A copy, since the payload may be a part of a larger buffer, which would be kept whole.
    line.waiting.push({ ...message, payload: message.payload.slice() });
    line.waitingBytes += bytes;
    this.#kept.messages++;
    this.#kept.bytes += bytes;
  }

  #take(line: Line): IngressMessage | undefined {
    const message = line.waiting.shift();
    if (!message) return undefined;
    line.waitingBytes -= message.payload.length;
    this.#kept.messages--;
    this.#kept.bytes -= message.payload.length;
    return message;
  }

  #putOff(line: Line, { sequence }: IngressMessage): void {
    const { cursor } = this.#options;
    line.putOff ??= { from: sequence, last: sequence, messages: 0 };
    if (line.putOff.messages === 0) cursor.putOff(line.subject, sequence);
    line.putOff.last = sequence;
    line.putOff.messages++;
    cursor.finish(sequence);
  }

  async #readAgain(line: Line): Promise<IngressMessage | undefined> {
    const { putOff } = line;
    if (!putOff) return undefined;
    const { cursor, readAgain } = this.#options;
    let message: IngressMessage | undefined;
    for (let last = -1; !message && last < putOff.last && !this.#stopped; ) {
      // More may have been put off while the answer was that there is nothing.
      last = putOff.last;
      message = await readAgain(line.subject, putOff.from, () => putOff.last);
    }
    if (this.#stopped) return undefined;
    if (message) {
      cursor.reopen(message.sequence);
      putOff.messages--;
      putOff.from = message.sequence + 1;
    }
    if (message && message.sequence < putOff.last) cursor.putOff(line.subject, putOff.from);
    else {
      line.putOff = undefined;
      cursor.caughtUp(line.subject);
    }
    return message;
  }
}
