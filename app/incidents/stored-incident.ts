import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { readBatch } from "../shared/stored-messages.ts";
import type { Incident } from "./incident.ts";
import { parseIncident } from "./incident-finding.ts";

const batchLimit = 1_000;

/**
 * Every incident, as they are stored. One that changes meanwhile comes again, later: whoever reads only up
 * to where the stream ended at first would miss it.
 */
export async function* storedIncidents(connection: NatsConnection): AsyncGenerator<Incident> {
  const filter = subjects.incident("*");
  for (let sequence = 1; ; ) {
    const request = { from: { sequence }, filter, limit: batchLimit };
    const batch = await readBatch(connection, "INCIDENTS", request);
    for (const { data } of batch) {
      const incident = parseIncident(data);
      if (incident) yield incident;
    }
    const last = batch.at(-1);
    if (!last || last.following === 0) return;
    sequence = last.sequence + 1;
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
