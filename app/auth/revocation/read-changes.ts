import { setTimeout as delay } from "node:timers/promises";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import {
  type ConsumerMessages,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../../shared/nats.ts";

export interface ChangeReading {
  /** As a user of the account that holds the stream, or the mirror of another region's. */
  readonly connection: NatsConnection;
  readonly onMessage: (message: JsMsg) => void;
  readonly log: Logger;
}

export interface ChangeReader {
  readonly stop: () => void;
}

const stream = "REGISTRY_CHANGES";
const filter = subjects.registryChange("*");
const durable = "session-closer";
const retryMs = 1_000;
const seconds = (n: number) => n * 1_000_000_000;
/** A shorter heartbeat finds a consumer that stalls from the start within a second. */
const consuming = { expires: 5_000, idle_heartbeat: 500 };

/**
 * Reads every change, in each replica for itself. After an interruption it goes on where it was;
 * at its start it begins with those of the last minute, for a copy of the table that lags.
 */
export function followChanges(reading: ChangeReading): ChangeReader {
  const js = jetstream(reading.connection);
  const from = new Date(Date.now() - 60_000).toISOString();
  let last = 0;
  const onMessage = (message: JsMsg) => {
    reading.onMessage(message);
    last = message.seq;
  };
  return keepReading({ ...reading, onMessage }, async () => {
    const start = last === 0 ? { opt_start_time: from } : { opt_start_seq: last + 1 };
    const consumer = await js.consumers.get(stream, { filter_subjects: filter, ...start });
    return consumer.consume({ ...consuming, max_messages: 500 });
  });
}

/** Takes changes that no other replica takes, until each is acknowledged. */
export function shareChanges(reading: ChangeReading): ChangeReader {
  const js = jetstream(reading.connection);
  return keepReading(reading, async () => {
    await ensureDurable(reading.connection);
    const consumer = await js.consumers.get(stream, durable);
    return consumer.consume({ ...consuming, max_messages: 1_000 });
  });
}

async function ensureDurable(connection: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  await jsm.consumers.add(stream, {
    durable_name: durable,
    description: "Changes whose sessions are to be closed in this region",
    filter_subject: filter,
    ack_policy: "explicit",
    deliver_policy: "all",
    ack_wait: seconds(30),
    max_ack_pending: 20_000,
  });
}

function keepReading(
  { onMessage, log }: ChangeReading,
  open: () => Promise<ConsumerMessages>,
): ChangeReader {
  let stopped = false;
  let current: ConsumerMessages | undefined;
  const read = async () => {
    current = await open();
    for await (const message of current) {
      if (stopped) break;
      onMessage(message);
    }
  };
  const run = async () => {
    while (!stopped) {
      try {
        await read();
      } catch (error) {
        const reason = error instanceof Error ? error.message : error;
        log.warn({ reason }, "changes of the registry cannot be read, trying again");
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
