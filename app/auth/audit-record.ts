import { randomUUID } from "node:crypto";
import { subjects } from "../contract/subjects.ts";
import type { CalloutRequest } from "./callout-request.ts";
import type { RefusalCode } from "./decide.ts";

/** One message for AUDIT. */
export interface AuditRecord {
  /** Unique: `metadata.uid` and the id under which JetStream removes repetitions. */
  readonly id: string;
  readonly subject: string;
  readonly body: Uint8Array;
}

export interface AuditedDecision {
  /** Undefined when the request could not even be read. */
  readonly request: CalloutRequest | undefined;
  /** Undefined for an admitted device. */
  readonly code: RefusalCode | undefined;
  /** The registry has this id, so that it may have a subject of its own. */
  readonly known: boolean;
  readonly nowMs: number;
}

/** Longest text of a stranger that is kept. */
const textLimit = 256;
const cut = (text: string) => (text.length > textLimit ? text.slice(0, textLimit) : text);

/** What every OCSF 1.8 Authentication event of ours has (class 3002, activity Logon). */
function logon(id: string, refused: boolean, nowMs: number) {
  return {
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    category_name: "Identity & Access Management",
    activity_id: 1,
    activity_name: "Logon",
    type_uid: 300201,
    time: Math.round(nowMs),
    // Low for a refusal: that is a stranger at the door, not yet an attack.
    severity_id: refused ? 2 : 1,
    status_id: refused ? 2 : 1,
    status: refused ? "Failure" : "Success",
    is_cleartext: false,
    service: { name: "mqtt" },
    metadata: {
      version: "1.8.0",
      uid: id,
      product: { name: "MQTT Sentinel", vendor_name: "MQTT Sentinel", feature: { name: "auth" } },
    },
  };
}

/**
 * One decision as OCSF 1.8 Authentication. Built field by field, so that no password can get in.
 *
 * Only ids that the registry has get a subject of their own: otherwise strangers could fill the
 * stream's subject index with ids that they make up.
 */
export function auditRecord(decision: AuditedDecision): AuditRecord {
  const { request, code, known, nowMs } = decision;
  const id = randomUUID();
  const event = {
    ...logon(id, code !== undefined, nowMs),
    ...(code !== undefined && { status_code: code, status_detail: code }),
    ...(request && {
      user: { name: cut(request.userName), uid: cut(request.clientId) },
      src_endpoint: { ip: cut(request.address), name: cut(request.clientId) },
      dst_endpoint: { name: cut(request.serverName), uid: request.serverId },
      auth_protocol_id: 99,
      auth_protocol: cut(request.transport),
    }),
  };
  return {
    id,
    subject: subjects.authAudit(known ? request?.clientId : undefined),
    body: Buffer.from(JSON.stringify(event)),
  };
}

/** Stands for the refusals that could not be recorded one by one while AUDIT could not be written. */
export function unrecordedSummary(gap: {
  count: number;
  sinceMs: number;
  untilMs: number;
}): AuditRecord {
  const id = randomUUID();
  const code: RefusalCode = "audit-unavailable";
  const event = {
    ...logon(id, true, gap.untilMs),
    status_code: code,
    status_detail: code,
    count: gap.count,
    start_time: Math.round(gap.sinceMs),
    end_time: Math.round(gap.untilMs),
    user: { name: "_" },
  };
  return { id, subject: subjects.authAudit(undefined), body: Buffer.from(JSON.stringify(event)) };
}
