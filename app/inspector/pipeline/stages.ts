import { topics } from "../../contract/subjects.ts";
import type { Finding, Level } from "../../contract/verdict.ts";
import type { Envelope } from "../patterns/envelope.ts";
import type { RuleMatch } from "../patterns/matcher.ts";
import { MatchTooDear, type PatternMatcher } from "../patterns/pattern-matcher.ts";
import { anomalyFindings } from "./anomaly/anomaly-findings.ts";
import type { ClientBaselines } from "./anomaly/client-baselines.ts";
import type { InspectedMessage, RecipientStatus } from "./message.ts";

/** What the stages know besides the message. */
export interface InspectionState {
  readonly rules: PatternMatcher;
  readonly baselines: ClientBaselines;
}

/** One step of the inspection. It may throw: then nothing is known, and the message is held. */
export interface Stage {
  readonly name: string;
  /**
   * What is found instead when it throws again: a text that the stage cannot bear must not hold its
   * sender's line for ever. Absent where a failure says nothing about the message.
   */
  readonly givenUp?: Finding;
  readonly find: (
    message: InspectedMessage,
    state: InspectionState,
  ) => readonly Finding[] | Promise<readonly Finding[]>;
}

export const patternFindings = (matches: readonly RuleMatch[]) =>
  matches.map(
    ({ rule, title, level, action, confidence, tags }): Finding => ({
      class: "pattern",
      rule,
      title,
      level,
      verdict: action,
      confidence,
      tags,
    }),
  );

/** What the rules could not be asked about in reasonable time is not taken for clean. */
export const budgetExceeded: Finding = {
  class: "pattern",
  rule: "inspection-budget-exceeded",
  title: "Matching did not end within its budget",
  level: "high",
  verdict: "quarantine",
  confidence: 1,
  tags: ["attack.t1499"],
};

/** A text that no engine finishes may be made for that, and is not taken for clean either. */
export const matchingFailed: Finding = {
  class: "pattern",
  rule: "matching-failed",
  title: "The rules could not be matched",
  level: "high",
  verdict: "quarantine",
  confidence: 1,
  tags: ["attack.t1499"],
};

/** Whether a finding stands for the rules that could not be asked. */
export const isUnmatched = (finding: Finding) =>
  finding === budgetExceeded || finding === matchingFailed;

async function awaitedFindings(matching: Promise<readonly RuleMatch[]>) {
  try {
    return patternFindings(await matching);
  } catch (error) {
    if (error instanceof MatchTooDear) return [budgetExceeded];
    throw error;
  }
}

/** An alert's client is whom it is for: who published it, and how, the upstream broker does not tell. */
const envelopeOf = ({ origin, clientId, qos }: InspectedMessage): Envelope =>
  origin === "device"
    ? { topic: topics.reports(clientId), clientId, qos }
    : { topic: topics.alerts(clientId) };

const patternMatching: Stage = {
  name: "pattern-matching",
  givenUp: matchingFailed,
  find: (message, { rules }) => {
    const matches = rules.match(message.payload, message.origin, envelopeOf(message));
    return matches instanceof Promise ? awaitedFindings(matches) : patternFindings(matches);
  },
};

const anomalyDetection: Stage = {
  name: "anomaly-detection",
  find: ({ origin, clientId, receivedMs, payload }, { baselines }) =>
    anomalyFindings(
      // What is sent to a client and what it sends itself have nothing in common.
      baselines.observe(`${origin}.${clientId}`, receivedMs, payload.length),
    ),
};

interface Objection {
  readonly title: string;
  readonly level: Level;
  readonly verdict: "tag" | "quarantine";
}

const objections: Readonly<Partial<Record<RecipientStatus, Objection>>> = {
  unknown: { title: "Addressed to no known device", level: "medium", verdict: "quarantine" },
  suspended: { title: "Addressed to a suspended device", level: "medium", verdict: "quarantine" },
  revoked: { title: "Addressed to a revoked device", level: "high", verdict: "quarantine" },
  // Only a device that authenticated can subscribe, so delivering is safe.
  unverified: { title: "Recipient could not be verified", level: "low", verdict: "tag" },
};

const authVerification: Stage = {
  name: "auth-verification",
  find: ({ recipient }) => {
    const objection = objections[recipient];
    if (!objection) return [];
    const rule = `recipient-${recipient}`;
    return [{ class: "recipient", rule, confidence: 1, tags: [], ...objection }];
  },
};

/** The inspection, in order; the verdict follows from what all of them found. */
export const stages: readonly Stage[] = [patternMatching, anomalyDetection, authVerification];
