import type { ExceptionEnding, ExceptionKind } from "../../../contract/exception.ts";
import type { Origin } from "../../../contract/subjects.ts";
import { count } from "./format.ts";
import { origins } from "./quarantine.ts";

/** Which findings one is about. */
export interface Scope {
  readonly rule: string;
  readonly client?: string;
  readonly label?: string;
  readonly origin?: Origin;
}

/** What the API says of what hides findings. */
export interface Exception {
  readonly id: string;
  readonly kind: ExceptionKind;
  readonly region: string;
  readonly scope: Scope;
  readonly reason: string;
  readonly critical: boolean;
  readonly addedBy: string;
  readonly addedAt: string;
  readonly expiresAt: string;
  readonly findings: number;
  readonly lastMatched?: string;
  readonly end?: { readonly at: string; readonly by: string; readonly why: ExceptionEnding };
}

export interface ExceptionList {
  readonly exceptions: readonly Exception[];
}

export interface Preview {
  readonly hidden: number;
  readonly confirmed: number;
  readonly since: string;
  readonly complete: boolean;
}

export const listStates = ["in-force", "ended"] as const;

/** The request of a list, from the address of its view. */
export function exceptionListPath(address: URLSearchParams): string {
  const state = listStates.find((each) => each === address.get("state")) ?? "in-force";
  return `/exceptions?state=${state}`;
}

export const endPath = (id: string) => `/exceptions/${encodeURIComponent(id)}/end`;

/** The address at which one is made for these findings. */
export function newExceptionAddress(scope: Partial<Scope>): string {
  return `/exceptions/new?${new URLSearchParams(Object.entries(scope))}`;
}

/** What shall be hidden. */
export interface Wanted {
  readonly scope: Scope;
  readonly critical: boolean;
}

/** From the address of the view. Undefined while it is about no rule, or about everybody. */
export function wantedIn(address: URLSearchParams): Wanted | undefined {
  const rule = address.get("rule");
  const more = ["client", "label", "origin"].flatMap((name) => {
    const value = address.get(name);
    return value ? [[name, value] as const] : [];
  });
  if (!rule || more.length === 0) return undefined;
  const scope: Scope = { rule, ...Object.fromEntries(more) };
  return { scope, critical: address.get("critical") === "true" };
}

export const kindNames = {
  exception: "No incident",
  silence: "Nobody is told",
} as const satisfies Record<ExceptionKind, string>;

export const endingNames = {
  ended: "ended by hand",
  expired: "expired",
  unmatched: "hid nothing for 14 days",
} as const satisfies Record<ExceptionEnding, string>;

/** For whom, in words: all that is named must hold. */
export function forWhom({ client, label, origin }: Omit<Scope, "rule">): string {
  const parts = [
    client && (client.endsWith("*") ? `clients ${client}` : `client ${client}`),
    label && `label ${label}`,
    origin && `each ${origins[origin]}`,
  ];
  return parts.filter(Boolean).join(" and ");
}

const findings = (n: number) => `${count(n)} ${n === 1 ? "finding" : "findings"}`;

/** What it would have hidden, in a sentence; a time is left to who knows the zone. */
export function previewWords({ hidden, confirmed, complete }: Preview, since: string): string {
  const when = complete ? "of the last 30 days" : `since ${since}, and there may be more before`;
  if (hidden === 0) return `It would have hidden no finding ${when}.`;
  const attacks = confirmed === 0 ? "None of them was" : `${count(confirmed)} of them were`;
  return `It would have hidden ${findings(hidden)} ${when}. ${attacks} in incidents that were found to be attacks.`;
}
