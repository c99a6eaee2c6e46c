import { randomUUID } from "node:crypto";
import { storedSubject } from "../../contract/calls.ts";
import { headers } from "../../contract/headers.ts";
import type { Decision } from "../../contract/quarantine-decision.ts";
import { type Origin, parseQuarantineSubject, subjects } from "../../contract/subjects.ts";
import { decisionIn, type HeldMessage, heldMessage } from "../../quarantine/held-message.ts";
import {
  JetStreamApiError,
  type JetStreamClient,
  messageHeaders,
  type NatsConnection,
} from "../../shared/nats.ts";
import { isFull, storeMessage } from "../../shared/store-message.ts";
import { readBatch, readLast, type StoredMessage } from "../../shared/stored-messages.ts";

/** Error code of nats-server: the subject has another last message than the one that was expected. */
const WRONG_LAST_SEQUENCE = 10071;
const isConflict = (error: unknown) =>
  error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE;

/** A held message as it lies in QUARANTINE, and the last entry about it. */
export interface HeldEntry {
  readonly message: HeldMessage;
  readonly stored: StoredMessage;
  /** Sequence of the entry in QUARANTINE_DECISIONS that the next one takes the place of; 0 for none. */
  readonly revision: number;
}

/** Nothing more can be decided, since QUARANTINE_DECISIONS is full. */
export class DecisionsFull extends Error {
  override readonly name = "DecisionsFull";

  constructor() {
    super("QUARANTINE_DECISIONS is full");
  }
}

/** What one lane has held and what was decided about it, as the performer of decisions sees it. */
export class DecisionStore {
  readonly #nats: NatsConnection;
  readonly #publisher: Pick<JetStreamClient, "publish">;
  readonly #origin: Origin;

  constructor(nats: NatsConnection, publisher: Pick<JetStreamClient, "publish">, origin: Origin) {
    this.#nats = nats;
    this.#publisher = publisher;
    this.#origin = origin;
  }

  /** Undefined when there is no such message, or the other lane has held it. @throws StreamUnread */
  async entry(sequence: number): Promise<HeldEntry | undefined> {
    const ask = storedSubject("QUARANTINE");
    const request = { from: { sequence }, limit: 1, ask };
    const [stored] = await readBatch(this.#nats, "QUARANTINE", request);
    if (stored?.sequence !== sequence) return undefined;
    if (parseQuarantineSubject(stored.subject)?.origin !== this.#origin) return undefined;
    const [last] = await readLast(this.#nats, "QUARANTINE_DECISIONS", {
      subjects: [subjects.quarantineDecision(this.#origin, sequence)],
      ask: storedSubject("QUARANTINE_DECISIONS"),
    });
    const message = heldMessage(stored, last && decisionIn(last));
    return message && { message, stored, revision: last?.sequence ?? 0 };
  }

  /**
   * Writes what was decided, if nobody has written since the entry was read.
   *
   * @returns its revision; undefined when somebody was faster.
   * @throws DecisionsFull, and the signal's reason.
   */
  async write(
    sequence: number,
    { decision, revision }: { readonly decision: Decision; readonly revision: number },
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const fields = messageHeaders();
    fields.set(headers.messageId, randomUUID());
    fields.set("Nats-Expected-Last-Subject-Sequence", String(revision));
    try {
      const { seq } = await storeMessage(
        this.#publisher,
        subjects.quarantineDecision(this.#origin, sequence),
        Buffer.from(JSON.stringify(decision)),
        {
          ...{ headers: fields, signal, onRetry: () => {} },
          isFinal: (error) => isConflict(error) || isFull(error),
        },
      );
      return seq;
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw isFull(error) ? new DecisionsFull() : error;
    }
  }
}
