import { randomUUID } from "node:crypto";
import { detectionFrame } from "../../shared/detection-frame.ts";
import type { Flap } from "./flapping.ts";
import type { Guess } from "./guesses.ts";

/** What several logins together say. */
export type LoginPattern = Guess | Flap;
export type LoginRule = LoginPattern["rule"];

/** What OCSF has numbers for. */
interface Kind {
  readonly title: string;
  /** Of MITRE ATT&CK. */
  readonly technique?: string;
  readonly severity: number;
  readonly confidence: number;
  readonly action: number;
  readonly disposition: number;
}

// Every one of them was refused.
const refused = { severity: 3, confidence: 70, action: 2, disposition: 2 };

const kinds: Readonly<Record<LoginRule, Kind>> = {
  "credential-stuffing": {
    title: "One address tries the secrets of many devices",
    technique: "T1110.004",
    ...refused,
  },
  "distributed-guessing": {
    title: "Many addresses try the secret of one device",
    technique: "T1110.001",
    ...refused,
  },
  "connect-flapping": {
    title: "A device logs in again and again: a loop, or two devices with one id",
    ...{ severity: 2, confidence: 50, action: 1, disposition: 1 },
  },
};
export const loginRules = Object.keys(kinds) as readonly LoginRule[];

/** Ids or addresses that are named. */
const named = 10;

/**
 * Under which name findings are counted. An address is none of a device, and says who did it: findings of
 * it belong together, whichever ids it tries.
 */
export const subjectOf = (pattern: LoginPattern): string =>
  pattern.rule === "credential-stuffing"
    ? `address-${pattern.address.replace(/[^A-Za-z0-9]/g, "-")}`.slice(0, 64)
    : pattern.clientId;

function listOf(all: readonly string[]): string {
  const more = all.length > named ? ` and ${all.length - named} more` : "";
  return `${all.slice(0, named).join(", ")}${more}`;
}

function whatHappened(pattern: LoginPattern): string {
  switch (pattern.rule) {
    case "credential-stuffing":
      return `${pattern.address} tried ${listOf(pattern.ids)}`;
    case "distributed-guessing":
      return `${pattern.clientId} tried from ${listOf(pattern.addresses)}`;
    case "connect-flapping": {
      const { clientId, logins, seconds, addresses } = pattern;
      return `${clientId}, ${logins} logins in ${seconds} s from ${listOf(addresses)}`;
    }
  }
}

/** OCSF 1.8 Detection Finding: logins that together are no mistake. @param nowMs since 1970. */
export function loginFinding(pattern: LoginPattern, nowMs: number) {
  const uid = randomUUID();
  const time = Math.round(nowMs);
  const { title, technique, severity, confidence, action, disposition } = kinds[pattern.rule];
  const excerpt = whatHappened(pattern);
  return {
    ...detectionFrame({ uid, time, loggedTime: time, process: "auth" }),
    severity_id: severity,
    is_alert: true,
    message: `${title}: ${excerpt}`,
    confidence_score: confidence,
    action_id: action,
    disposition_id: disposition,
    finding_info: {
      uid,
      title,
      created_time: time,
      analytic: { uid: pattern.rule, name: title, type_id: 2 },
      related_analytics: [],
      attacks: technique === undefined ? [] : [{ technique: { uid: technique } }],
    },
    resources: "clientId" in pattern ? [{ type: "Device", uid: pattern.clientId }] : [],
    evidences: [{ data: { client_id: subjectOf(pattern), excerpt } }],
  } as const;
}
