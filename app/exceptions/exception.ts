import {
  type ExceptionEnding,
  type ExceptionKind,
  exceptionDays,
  unmatchedDays,
} from "../contract/exception.ts";
import type { Origin } from "../contract/subjects.ts";
import type { SeenFinding } from "../incidents/seen-finding.ts";

/** Which findings it is about: those of the rule for which everything else holds that is given. */
export interface ExceptionScope {
  /** Its id. */
  readonly rule: string;
  /** An id, or the beginning of ids and `*`. */
  readonly client?: string;
  /** That the client has. */
  readonly label?: string;
  /** Of the message; it says the topic, too. */
  readonly origin?: Origin;
}

/** What a person wants hidden. Times are milliseconds since 1970. */
export interface NewException {
  readonly kind: ExceptionKind;
  readonly scope: ExceptionScope;
  readonly reason: string;
  /** Whether critical findings are hidden, too. */
  readonly critical: boolean;
  readonly expiresAt: number;
}

/** What hides findings, or has. */
export interface Exception extends NewException {
  readonly id: string;
  readonly region: string;
  /** As the audit calls people. */
  readonly addedBy: string;
  readonly addedAt: number;
  /** How many it has hidden. */
  readonly findings: number;
  readonly lastMatched?: number;
  readonly end?: { readonly at: number; readonly by: string; readonly why: ExceptionEnding };
}

const dayMs = 86_400_000;

/** What is wrong with a scope or an expiry. Undefined: nothing. */
export function flawOf({ scope, expiresAt }: NewException, nowMs: number): string | undefined {
  const { client, label, origin } = scope;
  if (client === undefined && label === undefined && origin === undefined) {
    return "it must be for a client, a label or an origin: who wants a rule off for all changes the rule";
  }
  if (expiresAt <= nowMs) return "it must expire later than now";
  if (expiresAt > nowMs + exceptionDays * dayMs) {
    return `it must expire within ${exceptionDays} days`;
  }
  return undefined;
}

/** Why it must end now. Undefined: it goes on. */
export function endingOf(exception: Exception, nowMs: number): ExceptionEnding | undefined {
  if (exception.expiresAt <= nowMs) return "expired";
  const { lastMatched = exception.addedAt } = exception;
  return lastMatched + unmatchedDays * dayMs <= nowMs ? "unmatched" : undefined;
}

/** Whether everything holds but the label, of which a finding says nothing. */
export function mayCover(
  { scope, critical }: Pick<NewException, "scope" | "critical">,
  { rule, clientId, origin, severity }: SeenFinding,
): boolean {
  if (scope.rule !== rule.id) return false;
  if (severity === "critical" && !critical) return false;
  if (scope.origin !== undefined && scope.origin !== origin) return false;
  return scope.client === undefined || isOf(scope.client, clientId);
}

/** @param labels of the finding's client; undefined when they are not known: then no label holds. */
export const covers = (
  exception: Pick<NewException, "scope" | "critical">,
  finding: SeenFinding,
  labels: readonly string[] | undefined,
): boolean =>
  mayCover(exception, finding) &&
  (exception.scope.label === undefined || labels?.includes(exception.scope.label) === true);

const isOf = (scope: string, clientId: string) =>
  scope.endsWith("*") ? clientId.startsWith(scope.slice(0, -1)) : clientId === scope;
