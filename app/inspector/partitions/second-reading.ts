import { setTimeout as delay } from "node:timers/promises";
import type { Lane } from "../../contract/lanes.ts";
import type { Logger } from "../../shared/log.ts";
import type { JetStreamManager } from "../../shared/nats.ts";
import { readStoredMessage } from "../pipeline/ingress-message.ts";
import type { ClientLinesOptions } from "./client-lines.ts";
import type { Lease } from "./lease.ts";

export interface SecondReading {
  readonly jsm: JetStreamManager;
  readonly lane: Pick<Lane, "stream">;
  readonly lease: Lease;
  readonly log: Logger;
}

const retryMs = 250;

/**
 * Reads messages that were put off, one by one, from the leader of the log.
 *
 * Each was read before, so it is there: an answer that says otherwise comes from a leader that does
 * not know everything yet, unless all of it was purged by hand.
 */
export function createSecondReading(reading: SecondReading): ClientLinesOptions["readAgain"] {
  const { jsm, lane, lease, log } = reading;
  return async (subject, from, last) => {
    while (lease.held()) {
      try {
        // A name of its own, because the client's type does not know the second field.
        const nextOfClient = { seq: from, next_by_subj: subject };
        const found = await jsm.streams.getMessage(lane.stream, nextOfClient);
        if (found && found.seq <= last()) return readStoredMessage(found);
        const { state } = await jsm.streams.info(lane.stream);
        if (state.first_seq > last()) {
          log.error({ subject, from }, `${lane.stream} was purged of messages that waited`);
          return undefined;
        }
      } catch (error) {
        log.warn({ err: error, subject, from }, "cannot read a message again, trying once more");
      }
      await delay(retryMs);
    }
    return undefined;
  };
}
