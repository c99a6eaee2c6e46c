import type { Incident } from "../../incidents/incident.ts";
import { csvField } from "../../shared/csv-field.ts";

const time = (ms: number | undefined) => (ms === undefined ? "" : new Date(ms).toISOString());

/** Times are UTC. Lists are divided by `;`, which is in no id. */
const columns = {
  id: ({ id }) => id,
  region: ({ region }) => region,
  status: ({ status }) => status,
  severity: ({ severity }) => severity,
  kind: ({ kind }) => kind,
  title: ({ title }) => title,
  rule: ({ rule }) => rule.id,
  findings: ({ findings }) => String(findings),
  client_count: ({ clientCount }) => String(clientCount),
  clients: ({ clients }) => clients.join(";"),
  first_seen: ({ firstSeen }) => time(firstSeen),
  last_seen: ({ lastSeen }) => time(lastSeen),
  ended: ({ endedAt }) => time(endedAt),
  assignee: ({ assignee }) => assignee ?? "",
  verdict: ({ verdict }) => verdict ?? "",
  note: ({ note }) => note ?? "",
  silenced: ({ silenced }) => (silenced ? "true" : ""),
  techniques: ({ techniques }) => techniques.join(";"),
} satisfies Record<string, (incident: Incident) => string>;

export const incidentCsvHead = Object.keys(columns).join(",");

/** A row of a table: what a spreadsheet would take for a formula is none any more. */
export const incidentCsvLine = (incident: Incident): string =>
  Object.values(columns)
    .map((column) => csvField(column(incident)))
    .join(",");
