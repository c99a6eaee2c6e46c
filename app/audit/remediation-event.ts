import type { AuditKind } from "../contract/subjects.ts";
import { type AnnouncedStatus, announcedStatuses } from "./announced-status.ts";
import { ocsfMetadata } from "./audit-record.ts";

export interface Remediation {
  readonly id: string;
  readonly kind: AuditKind;
  /** The activity's number and name in OCSF 1.8. */
  readonly activity: readonly [number, string];
  readonly status: AnnouncedStatus;
  readonly detail?: string | undefined;
  readonly severity: number;
  /** What all records of one operation share. */
  readonly operation: string;
  readonly nowMs: number;
  /** What OCSF has further fields for. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly unmapped: Readonly<Record<string, unknown>>;
}

/** An OCSF 1.8 Remediation Activity event (class 7001). */
export function remediationEvent(told: Remediation): Readonly<Record<string, unknown>> {
  const { id, kind, activity, status, detail, severity, operation, nowMs, more, unmapped } = told;
  const [number, name] = activity;
  return {
    class_uid: 7001,
    class_name: "Remediation Activity",
    category_uid: 7,
    category_name: "Remediation",
    activity_id: number,
    activity_name: name,
    type_uid: 700100 + number,
    time: Math.round(nowMs),
    severity_id: severity,
    ...announcedStatuses[status],
    ...(detail !== undefined && { status_detail: detail }),
    command_uid: operation,
    ...more,
    metadata: { ...ocsfMetadata(id, kind), correlation_uid: operation },
    unmapped,
  };
}
