import { isClientId } from "../contract/client-id.ts";
import { type Confirmation, confirmationTopic } from "../contract/confirmation.ts";
import type { DeadLetterReason } from "../contract/dead-letter.ts";
import { isAlertId, payloadDigest } from "../contract/message-id.ts";
import type { BridgeMetrics } from "./bridge-metrics.ts";
import type { UpstreamMessage } from "./upstream-session.ts";
import type { ShortLived } from "./upstream-subscription.ts";

/**
 * `dropped`: there was no way to tell. `misdirected`: the response topic is none of those where
 * confirmations go, so nothing is published there.
 */
export const confirmationOutcomes = ["stored", "refused", "dropped", "misdirected"] as const;

export interface ConfirmationsArgs {
  /** False when it is dropped. */
  readonly publish: (message: ShortLived) => boolean;
  readonly counts: Pick<BridgeMetrics, "confirmations">;
}

/** What a publisher's confirmations of so long are told in one message. */
const gatherMs = 20;
/** Unless there are so many: 35 KiB at most, with what MQTT and JSON add. */
const gatherLimit = 64;
/** No topic of an alert is longer. One that is wrong may be, and is not repeated. */
const topicLimit = 128;
/** Who was not there to read it has sent its alert again meanwhile. */
const expirySeconds = 60;

type Question = Pick<UpstreamMessage, "topic" | "payload" | "alertId" | "responseTopic">;

/**
 * Tells publishers what became of their alerts: those who gave an id and named where they want to be
 * told. A confirmation that gets lost is asked for again, by sending the alert again.
 */
export class Confirmations {
  readonly #args: ConfirmationsArgs;
  readonly #gathered = new Map<string, Confirmation[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(args: ConfirmationsArgs) {
    this.#args = args;
  }

  /** To be called when an alert is stored, or for a reason of `refused` is in DEAD_LETTER. */
  tell({ topic, payload, alertId, responseTopic }: Question, refused?: DeadLetterReason): void {
    if (responseTopic === undefined || alertId === undefined || !isAlertId(alertId)) return;
    if (!isConfirmationTopic(responseTopic) || topic.length > topicLimit) {
      this.#args.counts.confirmations.inc({ outcome: "misdirected" });
      return;
    }
    const gathered = this.#gathered.get(responseTopic) ?? [];
    this.#gathered.set(responseTopic, gathered);
    const sha256 = payloadDigest(payload);
    gathered.push({ topic, id: alertId, sha256, ...(refused && { refused }) });
    if (gathered.length >= gatherLimit) this.#publish(responseTopic, gathered);
    this.#timer ??= setTimeout(() => this.flush(), gatherMs).unref();
  }

  /** Tells at once what has been gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [topic, gathered] of this.#gathered) this.#publish(topic, gathered);
  }

  #publish(topic: string, gathered: readonly Confirmation[]): void {
    const { publish, counts } = this.#args;
    this.#gathered.delete(topic);
    const told = publish({ topic, payload: JSON.stringify(gathered), expirySeconds });
    for (const { refused } of gathered) {
      const outcome = refused ? "refused" : "stored";
      counts.confirmations.inc({ outcome: told ? outcome : "dropped" });
    }
  }
}

const prefix = confirmationTopic("");

/** A bridge may write where publishers may not: what they name must lead nowhere else. */
function isConfirmationTopic(topic: string): boolean {
  return topic.startsWith(prefix) && isClientId(topic.slice(prefix.length));
}
