import { setTimeout as delay } from "node:timers/promises";
import { foundSubject, storedSubject } from "../../contract/calls.ts";
import { headers } from "../../contract/headers.ts";
import type { Lane } from "../../contract/lanes.ts";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import { type JetStreamClient, messageHeaders, type NatsConnection } from "../../shared/nats.ts";
import { storeMessage } from "../../shared/store-message.ts";
import { readBatch } from "../../shared/stored-messages.ts";
import { isWrongLastSequence } from "../../shared/wrong-last-sequence.ts";
import type { Lease } from "../partitions/lease.ts";
import type { IngressMessage } from "./ingress-message.ts";
import { addressingOf, type Output, passedRoute } from "./outputs.ts";

/** An election and a takeover may come together. For longer than that nothing waits for QUARANTINE. */
const readLimitMs = 10_000;
/** By so much the clocks of two servers may differ. */
const clocksMs = 10_000;
const againMs = 50;
const askLimitMs = 2_000;
const nothingFound = 10037;
/** No stream will have it: whoever expects it as the last one has nothing stored. */
const unreachable = String(Number.MAX_SAFE_INTEGER);

export interface DecidedBeforeOptions {
  readonly nats: NatsConnection;
  readonly publisher: Pick<JetStreamClient, "publish">;
  readonly lane: Pick<Lane, "origin">;
  readonly log: Logger;
}

/**
 * What somebody who had a partition before has decided, and died before its cursor was past it.
 *
 * A verdict rests on more than the message: on what its device did before and how that is registered by
 * now. So a second look may end differently, and what was decided first counts. Little is held, so what
 * was held is read once for each lease that begins in doubt; and only what is to be held now is asked
 * for where it would have passed.
 */
export class DecidedBefore {
  readonly #options: DecidedBeforeOptions;
  readonly #held = new WeakMap<Lease, Promise<ReadonlySet<string>>>();

  constructor(options: DecidedBeforeOptions) {
    this.#options = options;
  }

  /**
   * Begins to read what was held. To be told of a lease's messages in the order of the log: nobody has
   * decided about the first one, or those behind it, before it was stored.
   */
  begin(source: IngressMessage, lease: Lease): void {
    if (source.sequence > lease.inDoubtUpTo || this.#held.has(lease)) return;
    this.#held.set(lease, this.#heldSince(source.storedMs - clocksMs, lease));
  }

  /**
   * What is to be stored of a message, as it was decided first. Where it was delivered, that is what
   * was stored then, to be stored, and sent, once more: it is known by its identity.
   *
   * @throws the reason for which the lease has ended.
   */
  async settle(
    { source, outputs }: { readonly source: IngressMessage; readonly outputs: readonly Output[] },
    lease: Lease,
  ): Promise<readonly Output[]> {
    const [message] = outputs;
    const id = message?.headers[headers.messageId];
    if (source.sequence > lease.inDoubtUpTo || !message || !id) return outputs;
    if (message.destination === "quarantine") {
      const addressing = addressingOf(source);
      if (addressing.refusal !== undefined) return outputs;
      const passed = passedRoute(addressing);
      return (await this.#isStored(passed.subject, id, lease))
        ? [{ ...message, ...passed }]
        : outputs;
    }
    if (message.destination !== "alerts" && message.destination !== "reports") return outputs;
    if (!(await this.#held.get(lease))?.has(id)) return outputs;
    this.#options.log.info({ sequence: source.sequence }, "held by the owner before");
    return [];
  }

  /**
   * JetStream looks for a repetition before anything else: a message with the same identity that it
   * cannot store otherwise is answered "duplicate" where the first one is stored, and refused where it
   * is not.
   */
  async #isStored(subject: string, id: string, { signal, held }: Lease): Promise<boolean> {
    const { publisher } = this.#options;
    const fields = messageHeaders();
    fields.set(headers.messageId, id);
    fields.set("Nats-Expected-Last-Sequence", unreachable);
    if (!held()) throw signal.reason;
    try {
      const { duplicate } = await storeMessage(publisher, subject, new Uint8Array(), {
        ...{ headers: fields, signal, isFinal: isWrongLastSequence, onRetry: () => {} },
      });
      return duplicate;
    } catch (error) {
      if (isWrongLastSequence(error)) return false;
      throw error;
    }
  }

  /** Identities of what was held since then. None where QUARANTINE does not answer for long. */
  async #heldSince(since: number, lease: Lease): Promise<ReadonlySet<string>> {
    const { log } = this.#options;
    const signal = AbortSignal.any([lease.signal, AbortSignal.timeout(readLimitMs)]);
    const ids = new Set<string>();
    let from: Place = { since };
    while (!signal.aborted) {
      try {
        const next = await this.#readOn(from, ids);
        if (!next) return ids;
        from = next;
      } catch (error) {
        log.debug({ err: error }, "what was held before is not read yet");
        await delay(againMs, undefined, { signal }).catch(() => {});
      }
    }
    if (!lease.signal.aborted) {
      log.warn({ partition: lease.partition }, "not known what the owner before has held");
    }
    return ids;
  }

  /** Where to go on; undefined at the end. A copy gives what there is, the leader knows of more. */
  async #readOn(from: Place, ids: Set<string>): Promise<Place | undefined> {
    const { nats, lane } = this.#options;
    const filter = subjects.quarantine(lane.origin, "*");
    const ask = storedSubject("QUARANTINE");
    const batch = await readBatch(nats, "QUARANTINE", { from, filter, ask });
    for (const message of batch) ids.add(message.headers.get(headers.messageId));
    const last = batch.at(-1);
    if (last) return { sequence: last.sequence + 1 };
    if (!(await this.#isThereMore(from, filter))) return undefined;
    await delay(againMs);
    return from;
  }

  async #isThereMore(from: Place, filter: string): Promise<boolean> {
    const start =
      "sequence" in from
        ? { seq: from.sequence }
        : { start_time: new Date(from.since).toISOString() };
    const request = JSON.stringify({ ...start, next_by_subj: filter });
    const options = { timeout: askLimitMs };
    const answer = await this.#options.nats.request(foundSubject("QUARANTINE"), request, options);
    const { error } = answer.json<{ error?: { err_code: number; description: string } }>();
    if (error && error.err_code !== nothingFound) throw new Error(error.description);
    return !error;
  }
}

type Place = { readonly since: number } | { readonly sequence: number };
