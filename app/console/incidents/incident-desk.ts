import { subjects } from "../../contract/subjects.ts";
import type { Incident } from "../../incidents/incident.ts";
import {
  type ChangeOutcome,
  changeIncident,
  type IncidentChange,
} from "../../incidents/incident-change.ts";
import { parseIncident } from "../../incidents/incident-finding.ts";
import { storedIncident } from "../../incidents/stored-incident.ts";
import { followStored } from "../../shared/follow-stored.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { IncidentBook } from "./incident-book.ts";

/** What the API knows of incidents, and may ask for. */
export interface IncidentDesk {
  readonly book: Pick<IncidentBook, "page">;
  readonly show: (id: string) => Promise<Incident | undefined>;
  readonly change: (change: IncidentChange) => Promise<ChangeOutcome>;
}

/** Follows the incidents of the region. @returns also what ends it */
export function openIncidentDesk(
  connection: NatsConnection,
  log: Logger,
): IncidentDesk & { readonly stop: () => void } {
  const book = new IncidentBook();
  const follower = followStored({
    ...{ connection, log, stream: "INCIDENTS", what: "incidents" },
    filter: subjects.incident("*"),
    told: subjects.incidentTold("*"),
    from: { sequence: 1 },
    onMessage: ({ sequence, subject, data }) => {
      const incident = parseIncident(data);
      if (incident) book.take(incident, sequence);
      else log.error({ subject }, "not an incident");
    },
    onAnew: () => book.clear(),
  });
  return {
    book,
    show: (id) => storedIncident(connection, id),
    change: (change) => changeIncident({ connection, asker: "console" }, change),
    stop: follower.stop,
  };
}
