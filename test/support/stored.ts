import { linkOf } from "../../app/audit/chain-link.ts";
import { createLog } from "../../app/shared/log.ts";
import {
  connectNats,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";

/** Connects to the region's core as one of the contract's users. */
export function connectAs(region: Region, user: string): Promise<NatsConnection> {
  return connectNats(
    {
      servers: region.endpoints.natsServers,
      user,
      passwordFile: region.secrets.passwordFile(user),
      caFile: region.certificates.caFile,
    },
    `test-${user}`,
    createLog("test", "error"),
  );
}

export interface StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly payload: string;
  header(name: string): string;
}

/** Everything that a stream holds now under a subject, oldest first. */
export async function readStream(
  connection: NatsConnection,
  stream: string,
  subject = ">",
): Promise<StoredMessage[]> {
  const jsm = await jetstreamManager(connection);
  const { state } = await jsm.streams.info(stream);
  if (state.messages === 0) return [];
  const consumer = await jetstream(connection).consumers.get(stream, { filter_subjects: subject });
  const { num_pending: pending } = await consumer.info();
  const found: StoredMessage[] = [];
  if (pending === 0) return found;
  const messages = await consumer.fetch({ max_messages: pending, expires: 5_000 });
  for await (const message of messages) {
    found.push({
      subject: message.subject,
      sequence: message.seq,
      payload: message.string(),
      header: (name) => message.headers?.get(name) ?? "",
    });
  }
  return found;
}

/**
 * The events that AUDIT holds under a subject, those of each writer in the order in which it took
 * them: they are sent side by side, so the stream may have them in another one.
 */
export async function readAudit<Event>(
  connection: NatsConnection,
  subject: string,
): Promise<Event[]> {
  const stored = await readStream(connection, "AUDIT", subject);
  const events = stored.map(({ payload }) => {
    const event = JSON.parse(payload);
    return { event, started: linkOf(event)?.started ?? 0, sequence: linkOf(event)?.sequence ?? 0 };
  });
  events.sort((a, b) => a.started - b.started || a.sequence - b.sequence);
  return events.map(({ event }) => event);
}
