import { setTimeout as delay } from "node:timers/promises";
import { changeConsumer } from "../../contract/duties.ts";
import type { Follower } from "../../shared/follow-stored.ts";
import type { Logger } from "../../shared/log.ts";
import {
  type ConsumerMessages,
  type JsMsg,
  jetstream,
  type NatsConnection,
} from "../../shared/nats.ts";

export interface ChangeSharing {
  /** As a user who may take what the consumer of the stream, or of a mirror, gives. */
  readonly connection: NatsConnection;
  readonly onMessage: (message: JsMsg) => void;
  readonly log: Logger;
}

const retryMs = 1_000;
/** A shorter heartbeat finds a consumer that stalls from the start within a second. */
const consuming = { expires: 5_000, idle_heartbeat: 500, max_messages: 1_000 };

/**
 * Takes changes that no other replica takes, until each is acknowledged: `provision` has made the
 * consumer that all replicas share.
 */
export function shareChanges({ connection, onMessage, log }: ChangeSharing): Follower {
  const js = jetstream(connection);
  let stopped = false;
  let current: ConsumerMessages | undefined;
  const take = async () => {
    const consumer = await js.consumers.get("REGISTRY_CHANGES", changeConsumer);
    current = await consumer.consume(consuming);
    for await (const message of current) {
      if (stopped) break;
      onMessage(message);
    }
  };
  const run = async () => {
    while (!stopped) {
      try {
        await take();
      } catch (error) {
        const reason = error instanceof Error ? error.message : error;
        log.warn({ reason }, "changes of the registry cannot be taken, trying again");
      }
      if (!stopped) await delay(retryMs, undefined, { ref: false });
    }
  };
  void run();
  return {
    stop: () => {
      stopped = true;
      current?.stop();
    },
  };
}
