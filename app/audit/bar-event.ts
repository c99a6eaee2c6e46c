import { randomUUID } from "node:crypto";
import { subjects } from "../contract/subjects.ts";
import type { Bar } from "../enforcement/bar.ts";
import { type AuditDraft, ocsfMetadata } from "./audit-record.ts";

/** Policy keeps a device out of all regions until then, or would. OCSF 1.8 Authentication, Logoff. */
export function barRecord(bar: Bar): AuditDraft {
  const { clientId, mode, sinceMs, untilMs, incident, risk, region } = bar;
  const id = randomUUID();
  const event = {
    ...ofBar(id, clientId, sinceMs),
    // High: a device is kept from its alerts.
    severity_id: 4,
    status_code: mode === "enforce" ? "barred" : "bar-observed",
    status_detail: incident ?? "no incident that goes on",
    start_time: sinceMs,
    end_time: untilMs,
    unmapped: { bar: bar.id, region, risk: Math.round(risk) },
  };
  return { id, subject: subjects.authAudit(clientId), event };
}

/** A person ended a bar before its time. */
export function liftRecord(bar: Bar): AuditDraft {
  const { clientId, lifted, sinceMs, region, incident } = bar;
  const id = randomUUID();
  const event = {
    ...ofBar(id, clientId, lifted?.atMs ?? sinceMs),
    severity_id: 3,
    status_code: "bar-lifted",
    status_detail: lifted?.reason ?? "",
    start_time: sinceMs,
    end_time: lifted?.atMs ?? sinceMs,
    actor: { user: { name: lifted?.by ?? "" } },
    unmapped: { bar: bar.id, region, ...(incident !== undefined && { incident }) },
  };
  return { id, subject: subjects.authAudit(clientId), event };
}

const ofBar = (id: string, clientId: string, time: number) => ({
  class_uid: 3002,
  class_name: "Authentication",
  category_uid: 3,
  category_name: "Identity & Access Management",
  activity_id: 2,
  activity_name: "Logoff",
  type_uid: 300202,
  time,
  status_id: 1,
  status: "Success",
  is_cleartext: false,
  service: { name: "mqtt" },
  user: { name: clientId, uid: clientId },
  metadata: ocsfMetadata(id, "auth"),
});
