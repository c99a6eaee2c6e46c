import type { Incident, TimelineEntry } from "../../incidents/incident.ts";
import type { ChangeOutcome, IncidentChange } from "../../incidents/incident-change.ts";
import { noted } from "./incident-steps.ts";

const isLast = ({ timeline }: Incident, { actor, what, note }: TimelineEntry) => {
  const last = timeline.at(-1);
  return last?.actor === actor && last.what === what && last.note === note;
};

/**
 * What a person decided. The same decision a second time in a row changes nothing: whoever got no
 * answer sends it again. An incident that is closed may be judged anew, not assigned.
 */
export function decided(incident: Incident, change: IncidentChange, nowMs: number): ChangeOutcome {
  const { actor } = change;
  if (incident.mergedInto !== undefined) {
    return { refused: "merged", detail: `it became a part of ${incident.mergedInto}` };
  }
  if (change.kind === "assign") {
    if (incident.status === "closed") {
      return { refused: "closed", detail: "it is closed; what comes next opens another one" };
    }
    const entry = { time: nowMs, actor, what: `assigned to ${change.assignee}` };
    if (isLast(incident, entry)) return { incident };
    const { assignee } = change;
    return { incident: noted({ ...incident, status: "in_progress", assignee }, entry) };
  }
  const { verdict, note } = change;
  const entry = { time: nowMs, actor, what: `closed as ${verdict}`, note };
  if (isLast(incident, entry)) return { incident };
  const endedAt = incident.endedAt ?? nowMs;
  return { incident: noted({ ...incident, status: "closed", verdict, note, endedAt }, entry) };
}
