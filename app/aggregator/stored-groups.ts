import { subjects } from "../contract/subjects.ts";
import type { Exception } from "../exceptions/exception.ts";
import { parseException } from "../exceptions/exception-schema.ts";
import { incidentFinding, parseIncident } from "../incidents/incident-finding.ts";
import { storedNotice } from "../incidents/notice.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { storedNow } from "../shared/stored-messages.ts";
import type { ClientRisks } from "./enforcement/client-risks.ts";
import { type ClientRisk, forgottenAfterSeconds, parseClientRisk } from "./enforcement/risk.ts";
import type { ExceptionSet } from "./exceptions/exception-set.ts";
import type { MemberPart } from "./grouping/campaign.ts";
import type { GroupChanges, Groups } from "./grouping/groups.ts";
import type { JournalEntry } from "./journal.ts";

/** A receiver may be away for so long and misses nothing. */
const noticeDays = 7;

/** What changed, as it is stored. */
export function entriesOf(changes: GroupChanges, nowMs: number): readonly JournalEntry[] {
  return [
    ...changes.incidents.map((incident) => ({
      subject: subjects.incident(incident.id),
      body: JSON.stringify(incidentFinding(incident, nowMs)),
    })),
    ...changes.members.map(({ id, place, part }) => ({
      subject: subjects.incidentMembers(id, place),
      body: JSON.stringify(part),
    })),
    ...changes.notices.map((notice) => ({
      subject: subjects.incidentNotice(notice.incident.id, notice.number),
      body: storedNotice(notice),
      ttlSeconds: noticeDays * 86_400,
    })),
  ];
}

export const exceptionEntries = (changed: readonly Exception[]): readonly JournalEntry[] =>
  changed.map((each) => ({ subject: subjects.exception(each.id), body: JSON.stringify(each) }));

export const riskEntries = (
  changed: readonly ClientRisk[],
  halfLifeMs: number,
): readonly JournalEntry[] =>
  changed.map((each) => ({
    subject: subjects.clientRisk(each.clientId),
    body: JSON.stringify(each),
    ttlSeconds: forgottenAfterSeconds(each, halfLifeMs),
  }));

/** Gives back what was held against clients, and the bars that were decided and not answered. */
export async function restoreRisks(connection: NatsConnection, risks: ClientRisks): Promise<void> {
  const filter = subjects.clientRisk("*");
  const all = storedNow(connection, "INCIDENTS", { from: { sequence: 1 }, filter });
  for await (const { data } of all) {
    // Without it less is held against that client, and nobody is kept out who should not be.
    const risk = parseClientRisk(data);
    if (risk) risks.restore(risk);
  }
}

/** Gives the set every exception that is stored. */
export async function restoreExceptions(
  connection: NatsConnection,
  set: ExceptionSet,
): Promise<void> {
  const filter = subjects.exception("*");
  const all = storedNow(connection, "INCIDENTS", { from: { sequence: 1 }, filter });
  for await (const { subject, data } of all) {
    const exception = parseException(data);
    // Without it what it hides would be told; with a wrong one too much would be hidden.
    if (!exception) throw new Error(`${subject} of INCIDENTS cannot be read`);
    set.restore(exception);
  }
}

/** Gives the groups everything that is stored of open incidents. */
export async function restoreGroups(connection: NatsConnection, groups: Groups): Promise<void> {
  const everything = (filter: string) =>
    storedNow(connection, "INCIDENTS", { from: { sequence: 1 }, filter });
  for await (const { subject, data } of everything(subjects.incident("*"))) {
    const incident = parseIncident(data);
    if (!incident) throw new Error(`${subject} of INCIDENTS cannot be read`);
    groups.restore(incident);
  }
  for await (const { subject, data } of everything(subjects.incidentMembers("*", "*"))) {
    const [, , id = "", place] = subject.split(".");
    const part = JSON.parse(new TextDecoder().decode(data)) as MemberPart;
    groups.restoreMembers(id, Number(place), part);
  }
}
