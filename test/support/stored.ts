import { join } from "node:path";
import { linkOf } from "../../app/audit/chain-link.ts";
import { edgeUsers } from "../../app/contract/service-users.ts";
import { createLog } from "../../app/shared/log.ts";
import { connectNats, type NatsConnection } from "../../app/shared/nats.ts";
import { storedNow } from "../../app/shared/stored-messages.ts";
import { gatePasswordFile } from "../../local/nats-processes.ts";
import type { Region } from "../../local/region.ts";

/** Connects as one of the contract's users, to the region's core, or to the first edge who may there. */
export function connectAs(region: Region, user: string): Promise<NatsConnection> {
  const atEdge = edgeUsers().some(({ name }) => name === user);
  const first = `tls://127.0.0.1:${region.layout.edges[0]?.client}`;
  return connectNats(
    {
      servers: atEdge ? [first] : region.endpoints.natsServers,
      user,
      passwordFile: atEdge
        ? gatePasswordFile(join(region.directory, "state/nats"), 1)
        : region.secrets.passwordFile(user),
      caFile: region.certificates.caFile,
    },
    `test-${user}`,
    createLog("test", "error"),
  );
}

export interface StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly payload: string;
  header(name: string): string;
}

/** Everything that a stream holds now under a subject, oldest first. */
export async function readStream(
  connection: NatsConnection,
  stream: string,
  subject = ">",
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  const all = storedNow(connection, stream, { from: { sequence: 1 }, filter: subject });
  for await (const { sequence, storedAt, subject, headers, data } of all) {
    const payload = new TextDecoder().decode(data);
    found.push({ subject, sequence, storedAt, payload, header: (name) => headers.get(name) });
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
