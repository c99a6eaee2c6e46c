import { isClientId } from "../../contract/client-id.ts";
import type { DeadLetterReason } from "../../contract/dead-letter.ts";
import { headers, timestamp } from "../../contract/headers.ts";
import type { Lane } from "../../contract/lanes.ts";
import { payloadLimitBytes, upstreamPacketLimitBytes } from "../../contract/limits.ts";
import { type Origin, parseIngressSubject, subjects, topics } from "../../contract/subjects.ts";
import type { Finding, Verdict } from "../../contract/verdict.ts";
import type { SecurityEvent } from "./detection-finding.ts";
import type { IngressMessage } from "./ingress-message.ts";

/** Streams that the inspector stores into; a metric label. */
export const destinations = ["alerts", "reports", "quarantine", "events", "dead-letter"] as const;
export type Destination = (typeof destinations)[number];

/** One message to store. */
export interface Output {
  readonly destination: Destination;
  readonly subject: string;
  readonly payload: Uint8Array | string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Who a message of a log is from or for, or why it cannot be inspected. */
export type Addressing =
  | { readonly origin: Origin; readonly clientId: string; readonly refusal?: never }
  | { readonly refusal: DeadLetterReason };

export function addressingOf({ subject, payload }: IngressMessage): Addressing {
  const parsed = parseIngressSubject(subject);
  if (!parsed) return { refusal: "invalid-topic" };
  if (!isClientId(parsed.clientId)) return { refusal: "invalid-client-id" };
  if (payload.length > payloadLimitBytes) return { refusal: "payload-too-large" };
  return { origin: parsed.origin, clientId: parsed.clientId };
}

/**
 * The bridge's identity where there is one. What a device sends is stored once, so its place will
 * do; the time is part of it because a log that was made anew counts from one again.
 */
export function identityOf(source: IngressMessage, clientId: string): string {
  return source.messageId ?? `${clientId}:${source.sequence}:${timestamp(source.storedMs)}`;
}

export interface Inspected {
  readonly source: IngressMessage;
  readonly messageId: string;
  readonly origin: Origin;
  readonly clientId: string;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly inspectedMs: number;
  readonly events: readonly SecurityEvent[];
}

/** Everything to store for an inspected message: itself where its verdict sends it, and its events. */
export function outputsOf(inspected: Inspected): readonly Output[] {
  const { events, clientId } = inspected;
  const message = {
    ...routeOf(inspected),
    payload: inspected.source.payload,
    headers: headersOf(inspected),
  };
  return [message, ...eventOutputs(clientId, events)];
}

export const eventOutputs = (
  clientId: string,
  events: readonly SecurityEvent[],
): readonly Output[] =>
  events.map((event) => ({
    destination: "events",
    subject: subjects.event(event.class, clientId),
    payload: JSON.stringify(event.body),
    headers: { [headers.messageId]: event.id },
  }));

type Route = Pick<Output, "destination" | "subject">;

const isHeld = ({ verdict }: Pick<Inspected, "verdict">) =>
  verdict === "quarantine" || verdict === "deny";

function routeOf({ verdict, origin, clientId }: Inspected): Route {
  if (isHeld({ verdict })) {
    return { destination: "quarantine", subject: subjects.quarantine(origin, clientId) };
  }
  return passedRoute({ origin, clientId });
}

/** Where a message is stored that passes. */
export const passedRoute = ({ origin, clientId }: Pick<Inspected, "origin" | "clientId">): Route =>
  origin === "upstream"
    ? { destination: "alerts", subject: subjects.alerts(clientId) }
    : { destination: "reports", subject: subjects.reports(clientId) };

function headersOf({ source, ...inspected }: Inspected): Record<string, string> {
  const all: Record<string, string> = {
    [headers.messageId]: inspected.messageId,
    [headers.ingressStored]: timestamp(source.storedMs),
    [headers.inspected]: timestamp(inspected.inspectedMs),
    [headers.ingressSequence]: String(source.sequence),
    [headers.origin]: inspected.origin,
    [headers.verdict]: inspected.verdict,
  };
  if (source.received !== undefined) all[headers.received] = source.received;
  // For whoever decides about it.
  if (source.signature !== undefined && isHeld(inspected)) {
    all[headers.alertSignature] = source.signature;
  }
  if (inspected.findings.length > 0) {
    const rules = new Set(inspected.findings.map((finding) => finding.rule));
    all[headers.findings] = [...rules].join(",");
  }
  return all;
}

/** A message that cannot be inspected, with its reason. */
export function deadLetterOf(
  { stream }: Pick<Lane, "stream">,
  source: IngressMessage,
  reason: DeadLetterReason,
): Output {
  return {
    destination: "dead-letter",
    subject: subjects.deadLetter("inspector", reason),
    // A device may send almost as much as a message may hold at all; the headers need room too.
    payload: source.payload.subarray(0, upstreamPacketLimitBytes),
    headers: {
      [headers.messageId]: `${stream}:${source.sequence}`,
      [headers.reason]: reason,
      [headers.topic]: encodeURIComponent(topicOf(source.subject).toWellFormed()).slice(0, 4_096),
      [headers.ingressSequence]: String(source.sequence),
      [headers.ingressStored]: timestamp(source.storedMs),
    },
  };
}

function topicOf(subject: string): string {
  const parsed = parseIngressSubject(subject);
  if (!parsed) return subject;
  return parsed.origin === "device"
    ? topics.reports(parsed.clientId)
    : topics.alerts(parsed.clientId);
}
