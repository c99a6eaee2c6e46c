import type { Incident } from "../../incidents/incident.ts";
import type { Notice, NoticeKind } from "../../incidents/notice.ts";

/** How long after what was told last it may be told that an incident goes on. */
export interface RepeatTimes {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Each interval is three times as long as the one before. */
const growth = 3;

export const repeatAfterMs = (repeats: number, { firstMs, longestMs }: RepeatTimes) =>
  Math.min(firstMs * growth ** repeats, longestMs);

/** Whether it has findings that are to be told when it is time. */
export const isUntold = ({ silenced, findings, told }: Incident) =>
  !silenced && findings > told.findings;

/** What is to be told of an open incident now. */
export function dueNotice(
  { told, severity, findings, silenced }: Incident,
  nowMs: number,
  times: RepeatTimes,
): NoticeKind | undefined {
  if (silenced) return undefined;
  if (told.notices === 0) return "opened";
  if (told.severity !== severity) return "raised";
  const due = told.at + repeatAfterMs(told.repeats, times);
  return findings > told.findings && nowMs >= due ? "continues" : undefined;
}

/** The notice, and the incident of which it is told. */
export function told(
  incident: Incident,
  kind: NoticeKind,
  nowMs: number,
): { readonly incident: Incident; readonly notice: Notice } {
  const { severity: before, notices, repeats } = incident.told;
  const after = {
    ...incident,
    told: {
      notices: notices + 1,
      repeats: kind === "continues" ? repeats + 1 : 0,
      at: nowMs,
      findings: incident.findings,
      severity: incident.severity,
    },
  };
  const notice = {
    number: notices + 1,
    kind,
    time: nowMs,
    ...(before !== undefined && before !== incident.severity && { toldSeverity: before }),
    incident: after,
  };
  return { incident: after, notice };
}
