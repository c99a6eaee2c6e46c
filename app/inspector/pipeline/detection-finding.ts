import { parseSignature } from "../../contract/alert-signature.ts";
import type { Origin } from "../../contract/subjects.ts";
import {
  type Finding,
  type FindingClass,
  findingClasses,
  type Level,
  levels,
  type Verdict,
} from "../../contract/verdict.ts";
import { detectionFrame } from "../../shared/detection-frame.ts";
import { techniqueOf } from "../patterns/technique.ts";
import { evidenceExcerpt } from "./evidence-excerpt.ts";
import type { InspectedMessage } from "./message.ts";

/** OCSF 1.8 severity: 1 informational to 5 critical. */
const severityId: Readonly<Record<Level, number>> = {
  informational: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};

/** OCSF 1.8 security_control profile: what was done, and how it is called. */
const controls: Readonly<Record<Verdict, { action_id: number; disposition_id: number }>> = {
  allow: { action_id: 1, disposition_id: 1 },
  tag: { action_id: 1, disposition_id: 18 },
  quarantine: { action_id: 2, disposition_id: 3 },
  deny: { action_id: 2, disposition_id: 2 },
};

/** OCSF 1.8 analytic types. */
const analyticTypeId: Readonly<Record<FindingClass, number>> = {
  pattern: 1, // Rule
  anomaly: 3, // Statistical
  recipient: 1, // Rule
  signature: 1, // Rule
};

interface Analytic {
  readonly uid: string;
  readonly name: string;
  readonly type_id: number;
  readonly version?: string;
}

/** OCSF 1.8 Detection Finding, the part that is used. Times are milliseconds since 1970. */
export interface DetectionFinding {
  readonly class_uid: 2004;
  readonly category_uid: 2;
  readonly activity_id: 1;
  readonly type_uid: 200401;
  readonly time: number;
  readonly severity_id: number;
  readonly status_id: 1;
  readonly is_alert: boolean;
  readonly message: string;
  /** 0 to 100. */
  readonly confidence_score: number;
  readonly action_id: number;
  readonly disposition_id: number;
  readonly metadata: {
    readonly version: "1.8.0";
    readonly uid: string;
    readonly profiles: readonly ["security_control"];
    readonly product: { readonly name: string; readonly vendor_name: string };
    readonly logged_time: number;
  };
  readonly finding_info: {
    readonly uid: string;
    readonly title: string;
    readonly created_time: number;
    /** The finding that weighs most. */
    readonly analytic: Analytic;
    /** Everything else of this class that the message shows. */
    readonly related_analytics: readonly Analytic[];
    readonly attacks: readonly { readonly technique: { readonly uid: string } }[];
  };
  readonly resources: readonly { readonly type: "Device"; readonly uid: string }[];
  readonly evidences: readonly { readonly data: EvidenceData }[];
}

/** What cannot be said in OCSF's own words. */
interface EvidenceData {
  readonly origin: Origin;
  readonly client_id: string;
  readonly ingress_sequence: number;
  readonly payload_bytes: number;
  /** The beginning of the payload, secrets masked. */
  readonly excerpt: string;
  /** The key that the alert says it is signed with, be that true or not. */
  readonly key_id?: string;
  /** Found in a synthetic attack: no finding to anybody but who watches that they are found. */
  readonly canary?: true;
}

export interface FindingsOfMessage {
  readonly message: InspectedMessage;
  /** The message's identity; that of each event is derived from it. */
  readonly messageId: string;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly rulesVersion: string;
  /** When the verdict fell. */
  readonly inspectedMs: number;
  readonly canary?: boolean;
}

export interface SecurityEvent {
  readonly class: FindingClass;
  /** The same for every repetition, so that a message inspected twice is reported once. */
  readonly id: string;
  readonly body: DetectionFinding;
}

/** One event for each class of findings that the message shows. */
export function securityEventsOf(inspected: FindingsOfMessage): readonly SecurityEvent[] {
  if (inspected.findings.length === 0) return [];
  return findingClasses.flatMap((eventClass) => {
    const findings = inspected.findings
      .filter((finding) => finding.class === eventClass)
      .sort((a, b) => weight(b) - weight(a));
    const [main] = findings;
    if (!main) return [];
    const id = `${inspected.messageId}:${eventClass}`;
    return {
      class: eventClass,
      id,
      body: detectionFinding(id, [main, ...findings.slice(1)], inspected),
    };
  });
}

function detectionFinding(
  uid: string,
  findings: readonly [Finding, ...Finding[]],
  { message, verdict, rulesVersion, inspectedMs, canary = false }: FindingsOfMessage,
): DetectionFinding {
  const [main, ...others] = findings;
  const time = Math.floor(message.receivedMs);
  const loggedTime = Math.floor(inspectedMs);
  const techniques = [...new Set(findings.flatMap((finding) => finding.tags.map(techniqueOf)))];
  return {
    ...detectionFrame({ uid, time, loggedTime, process: "inspector" }),
    severity_id: severityId[main.level],
    is_alert: severityId[main.level] >= severityId.high,
    message: `${main.title} (${message.origin} message, client ${message.clientId})`,
    confidence_score: Math.round(main.confidence * 100),
    ...controls[verdict],
    finding_info: {
      uid,
      title: main.title,
      created_time: loggedTime,
      analytic: analyticOf(main, rulesVersion),
      related_analytics: others.map((finding) => analyticOf(finding, rulesVersion)),
      attacks: techniques.map((technique) => ({ technique: { uid: technique } })),
    },
    resources: [{ type: "Device", uid: message.clientId }],
    evidences: [
      {
        data: {
          origin: message.origin,
          client_id: message.clientId,
          ingress_sequence: message.sequence,
          payload_bytes: message.payload.length,
          excerpt: evidenceExcerpt(message.payload),
          ...keyOf(message),
          ...(canary && { canary }),
        },
      },
    ],
  };
}

function keyOf({ signed }: InspectedMessage): Pick<EvidenceData, "key_id"> {
  const keyId = signed && parseSignature(signed.signature)?.keyId;
  return keyId === undefined ? {} : { key_id: keyId };
}

function analyticOf(finding: Finding, rulesVersion: string): Analytic {
  return {
    uid: finding.rule,
    name: finding.title,
    type_id: analyticTypeId[finding.class],
    ...(finding.class === "pattern" && { version: rulesVersion }),
  };
}

const weight = (finding: Finding) => levels.indexOf(finding.level) + finding.confidence;
