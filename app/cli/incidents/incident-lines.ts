import type { Incident } from "../../incidents/incident.ts";
import type { Part, Styled } from "../output.ts";

const formats = { low: "reset", medium: "yellow", high: "red", critical: "red" } as const;
const at = (ms: number) => new Date(ms).toISOString();
const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

const severityOf = ({ severity }: Incident): Styled => ({
  format: formats[severity],
  text: severity.padEnd(8),
});
const stateOf = ({ status, verdict, endedAt }: Incident) =>
  verdict ?? (status !== "closed" && endedAt !== undefined ? `${status}, over` : status);

/** A line of a list. */
export function incidentLine(incident: Incident): readonly Part[] {
  const { id, title, findings, clientCount, lastSeen, assignee } = incident;
  const who = assignee === undefined ? "" : `  ${assignee}`;
  const counts = `${plural(findings, "finding")}, ${plural(clientCount, "client")}`;
  return [
    `${id}  `,
    severityOf(incident),
    `  ${stateOf(incident).padEnd(11)}  ${at(lastSeen)}  ${title} (${counts})${who}`,
  ];
}

/** Everything about one, line by line. */
export function incidentLines(incident: Incident): readonly (readonly Part[])[] {
  const { id, region, kind, title, rule, clients, clientCount, evidence, timeline } = incident;
  const more = clientCount - clients.length;
  const facts: [string, string][] = [
    ["state", stateOf(incident)],
    ["where", `${region}, ${kind}`],
    ["rule", `${rule.id} (${rule.title})`],
    ["clients", `${clients.join(", ")}${more > 0 ? ` and ${more} more` : ""}`],
    ["findings", String(incident.findings)],
    ["seen", `${at(incident.firstSeen)} to ${at(incident.lastSeen)}`],
    ["techniques", incident.techniques.join(", ")],
    ["assignee", incident.assignee ?? ""],
    ["note", incident.note ?? ""],
  ];
  return [
    [`${id}  `, severityOf(incident), `  ${title}`],
    ...facts
      .filter(([, text]) => text !== "")
      .map(([name, text]) => [`  ${name.padEnd(10)}  ${text}`]),
    ["found, the first and the last:"],
    ...[...evidence.first, ...evidence.last].map((each) => [
      `  ${at(each.time)}  ${each.clientId}  ${each.findingId}  ${each.excerpt}`,
    ]),
    ["what happened:"],
    ...timeline.map(({ time, actor, what, note = "" }) => [
      `  ${at(time)}  ${actor}: ${what}${note === "" ? "" : ` - ${note}`}`,
    ]),
  ];
}
