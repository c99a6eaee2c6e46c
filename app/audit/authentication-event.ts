import { randomUUID } from "node:crypto";
import { subjects } from "../contract/subjects.ts";
import { type CutOff, cutOffId } from "../cut-off/cut-off.ts";
import { type AuditDraft, cutText } from "./audit-record.ts";
import { logon } from "./logon.ts";

/** What is written down of a certificate. */
interface AttemptedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  /** When it ends, in milliseconds since 1970. */
  readonly notAfter: number;
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string;
}

/** What is written down of a request to log in. */
export interface Attempt {
  readonly clientId: string;
  readonly userName: string;
  readonly address: string;
  readonly serverName: string;
  readonly serverId: string;
  readonly transport: string;
  readonly certificate?: AttemptedCertificate | "unreadable";
}

export interface AuditedDecision {
  /** Undefined when the request could not even be read. */
  readonly request: Attempt | undefined;
  /** Why it was refused; undefined for an admitted device. */
  readonly code: string | undefined;
  /** The registry has this id, so that it may have a subject of its own. */
  readonly known: boolean;
  readonly nowMs: number;
}

/** A device's login at an edge. */
const deviceLogon = (id: string, refused: boolean, nowMs: number) =>
  logon({ id, refused, nowMs, service: "mqtt", feature: "auth" });

/** OCSF's Digital Certificate. */
const certificateOf = (certificate: AttemptedCertificate) => ({
  subject: cutText(certificate.subject),
  issuer: cutText(certificate.issuer),
  serial_number: cutText(certificate.serialNumber),
  expiration_time: certificate.notAfter,
  fingerprints: [{ algorithm_id: 3, algorithm: "SHA-256", value: certificate.fingerprint }],
});

/**
 * One decision as OCSF 1.8 Authentication. Built field by field, so that no password can get in.
 *
 * Only ids that the registry has get a subject of their own: otherwise strangers could fill the
 * stream's subject index with ids that they make up.
 */
export function auditRecord(decision: AuditedDecision): AuditDraft {
  const { request, code, known, nowMs } = decision;
  const id = randomUUID();
  const event = {
    ...deviceLogon(id, code !== undefined, nowMs),
    ...(code !== undefined && { status_code: code, status_detail: code }),
    ...(request && {
      user: { name: cutText(request.userName), uid: cutText(request.clientId) },
      src_endpoint: { ip: cutText(request.address), name: cutText(request.clientId) },
      dst_endpoint: { name: cutText(request.serverName), uid: request.serverId },
      auth_protocol_id: 99,
      auth_protocol: cutText(request.transport),
      ...(typeof request.certificate === "object" && {
        certificate: certificateOf(request.certificate),
      }),
    }),
  };
  return { id, subject: subjects.authAudit(known ? request?.clientId : undefined), event };
}

/** A device is cut off: its sessions are ended, and it may not log in until then. OCSF's Logoff. */
export function cutOffRecord(clientId: string, cutOff: CutOff): AuditDraft {
  const id = cutOffId(clientId, cutOff);
  const event = {
    ...deviceLogon(id, false, cutOff.sinceMs),
    activity_id: 2,
    activity_name: "Logoff",
    type_uid: 300202,
    // High: as in the finding.
    severity_id: 4,
    status_code: "cut-off",
    status_detail: cutOff.limit,
    start_time: cutOff.sinceMs,
    end_time: cutOff.untilMs,
    count: cutOff.count,
    user: { name: clientId, uid: clientId },
  };
  // It had a session, so the registry has its id.
  return { id, subject: subjects.authAudit(clientId), event };
}

/** Stands for the requests to cut devices off, or to bar them, that were not followed. */
export function withheldRecord(
  withheld: {
    readonly cause: string;
    readonly sinceMs: number;
    readonly untilMs: number;
    readonly count: number;
  },
  code: "cut-offs-withheld" | "bars-withheld" = "cut-offs-withheld",
): AuditDraft {
  const id = randomUUID();
  const event = {
    ...deviceLogon(id, true, withheld.untilMs),
    activity_id: 2,
    activity_name: "Logoff",
    type_uid: 300202,
    // High: a fleet that floods or attacks, or somebody who has the password of who asks.
    severity_id: 4,
    status_code: code,
    status_detail: withheld.cause,
    count: withheld.count,
    start_time: Math.round(withheld.sinceMs),
    end_time: Math.round(withheld.untilMs),
    user: { name: "_" },
  };
  return { id, subject: subjects.authAudit(undefined), event };
}

/** Stands for the refusals that could not be recorded one by one while AUDIT could not be written. */
export function unrecordedSummary(gap: {
  count: number;
  sinceMs: number;
  untilMs: number;
}): AuditDraft {
  const id = randomUUID();
  const code = "audit-unavailable";
  const event = {
    ...deviceLogon(id, true, gap.untilMs),
    status_code: code,
    status_detail: code,
    count: gap.count,
    start_time: Math.round(gap.sinceMs),
    end_time: Math.round(gap.untilMs),
    user: { name: "_" },
  };
  return { id, subject: subjects.authAudit(undefined), event };
}
