import { upstreamNotes } from "../contract/subjects.ts";
import type { Held, Intake } from "./intake.ts";
import type { Pair } from "./pair.ts";
import { isMark, Sequence } from "./sequence.ts";
import { acknowledgedBefore } from "./upstream-ending.ts";
import type { UpstreamMessage } from "./upstream-session.ts";

export interface ReceiverArgs {
  readonly intake: Pick<Intake, "hold" | "full">;
  readonly pair: Pair<Held>;
  /** Called with each message beyond what may be held. QoS 1 is held all the same. */
  readonly onFull: () => void;
  /** Called with the number of messages that the broker dropped from the session. */
  readonly onSkipped: (messages: number) => void;
}

/** Tells alerts from the bridges' notes to each other, names both, and hands them on in order. */
export class Receiver {
  readonly #args: ReceiverArgs;
  readonly #sequence = new Sequence();
  #awaited: string | undefined;
  /** Whether it is known how far the process before was. */
  #followed = false;

  constructor(args: ReceiverArgs) {
    this.#args = args;
  }

  newSession(): void {
    this.#sequence.restart();
    this.#args.pair.newSession();
  }

  /** Once this mark comes by, the connection has brought what was kept for it. */
  await(mark: string): void {
    this.#awaited = mark;
  }

  take(message: UpstreamMessage): void {
    const { intake, pair, onFull, onSkipped } = this.#args;
    if (message.topic === upstreamNotes.marks) this.#takeMark(message);
    else if (message.topic.startsWith(notesPrefix)) this.#takeNote(message);
    else {
      const held = intake.hold(message, this.#sequence.nameOf(message));
      if (held) pair.take(held);
    }
    const skipped = this.#sequence.takeSkipped();
    if (skipped > 0) onSkipped(skipped);
    if (!intake.full) return;
    // What cannot be held until the other one has stored it is stored here.
    pair.lead();
    onFull();
  }

  #takeMark(message: UpstreamMessage): void {
    const mark = Buffer.from(message.payload).toString();
    if (!isMark(mark)) {
      message.acknowledge();
      return;
    }
    const held = this.#args.intake.hold(message, this.#sequence.nameOfMark(message, mark), true);
    if (held) this.#args.pair.take(held);
    if (mark === this.#awaited) this.#args.pair.caughtUp();
  }

  /** Of the session's own probes only one says something, which the process before left. */
  #takeNote(message: UpstreamMessage): void {
    this.#sequence.pass(message);
    const before = acknowledgedBefore(message.topic, message.payload);
    if (before !== undefined && !this.#followed) {
      this.#followed = true;
      this.#sequence.follows(before);
    }
    if (message.topic === upstreamNotes.beginnings) this.#args.pair.storeWaiting();
    message.acknowledge();
  }
}

const notesPrefix = upstreamNotes.filter.slice(0, -1);
