import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch } from "../shared/stored-messages.ts";
import type { Incident } from "./incident.ts";
import { parseIncident } from "./incident-finding.ts";

/**
 * Every incident, as they are stored. One that changes meanwhile comes again, later: whoever reads only up
 * to where the stream ended at first would miss it.
 */
export async function* storedIncidents(connection: NatsConnection): AsyncGenerator<Incident> {
  const filter = subjects.incident("*");
  for (let sequence = 1; ; ) {
    const batch = await readBatch(connection, "INCIDENTS", { from: { sequence }, filter });
    for (const { data } of batch) {
      const incident = parseIncident(data);
      if (incident) yield incident;
    }
    if (!hasMore(batch)) return;
    sequence = (batch.at(-1)?.sequence ?? 0) + 1;
  }
}

/** An incident as it is stored; the campaign where it has become a part of one. */
export async function storedIncident(
  connection: NatsConnection,
  id: string,
): Promise<Incident | undefined> {
  const filter = subjects.incident(id);
  // There is one message of each incident, and no more.
  const [message] = await readBatch(connection, "INCIDENTS", {
    ...{ from: { sequence: 1 }, filter, limit: 1 },
  });
  const incident = message && parseIncident(message.data);
  return incident?.mergedInto === undefined
    ? incident
    : storedIncident(connection, incident.mergedInto);
}
