/** A message of one connection that the broker waits for. */
interface Awaited {
  readonly messageId: number;
  /** Set when the message may be acknowledged. */
  outcome?: AcknowledgementOutcome;
}

export interface AcknowledgementOutcome {
  /** The acknowledgement is on its way, and so are those of all earlier messages. */
  readonly onSent?: () => void;
  /** The connection ended before the acknowledgement's turn. */
  readonly onUnsent?: () => void;
}

/**
 * Sends the acknowledgements of one connection in the order in which its messages came, whatever
 * the order in which they are given: MQTT-4.6.0-2 demands it.
 *
 * Mosquitto 2.0.11 depends on it. While it has messages queued, an acknowledgement from the middle
 * of what is in flight opens its window without emptying its queue, and what is published next
 * overtakes what is queued.
 */
export class AcknowledgementOrder {
  readonly #send: (messageId: number) => void;
  #awaited: Awaited[] = [];
  #sent = 0;
  #ended = false;

  constructor(send: (messageId: number) => void) {
    this.#send = send;
  }

  /**
   * To be called for each message as it comes. Gives the function that acknowledges it: false when
   * the connection has ended already.
   */
  expect(messageId: number): (outcome: AcknowledgementOutcome) => boolean {
    const awaited: Awaited = { messageId };
    this.#awaited.push(awaited);
    return (outcome) => {
      if (this.#ended) return false;
      awaited.outcome = outcome;
      this.#sendReady();
      return true;
    };
  }

  /** The connection is gone. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const unsent = this.#awaited.slice(this.#sent);
    this.#awaited = [];
    for (const { outcome } of unsent) outcome?.onUnsent?.();
  }

  #sendReady(): void {
    for (;;) {
      const first = this.#awaited[this.#sent];
      if (!first?.outcome) break;
      this.#send(first.messageId);
      this.#sent++;
      first.outcome.onSent?.();
    }
    // Dropped in bulk: shifting each one would be quadratic in a backlog.
    if (this.#sent >= 1024) {
      this.#awaited.splice(0, this.#sent);
      this.#sent = 0;
    }
  }
}
