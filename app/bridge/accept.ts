import { createHash } from "node:crypto";
import { isClientId } from "../contract/client-id.ts";
import type { DeadLetterReason } from "../contract/dead-letter.ts";
import { headers } from "../contract/headers.ts";
import { payloadLimitBytes } from "../contract/limits.ts";
import { messageId } from "../contract/message-id.ts";
import { subjects, topics } from "../contract/subjects.ts";

/** Where a message goes, with the headers that follow from it alone. */
export interface Acceptance {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for an alert that goes to INGRESS. */
  readonly refusal?: DeadLetterReason;
}

/**
 * Decides about one upstream message. Never throws, and whatever the topic holds, no part of it
 * gets into a subject unless it is a client id.
 */
export function accept(topic: string, payload: Uint8Array): Acceptance {
  const clientId = clientIdOf(topic);
  if (clientId === undefined) return refuse("invalid-topic", topic, payload);
  if (!isClientId(clientId)) return refuse("invalid-client-id", topic, payload);
  if (payload.length > payloadLimitBytes) return refuse("payload-too-large", topic, payload);
  const alert = parseObject(payload);
  if (!alert) return refuse("payload-not-json", topic, payload);
  return {
    subject: subjects.ingress("upstream", clientId),
    headers: { [headers.messageId]: messageId(clientId, topic, payload, alert["id"]) },
  };
}

/** The level between `clients` and `alerts`, whatever it holds; undefined in any other topic. */
function clientIdOf(topic: string): string | undefined {
  const level = topic.split("/")[1];
  return level !== undefined && topics.alerts(level) === topic ? level : undefined;
}

/** A byte order mark is no JSON (RFC 8259, section 8.1), so the decoder must not swallow it. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parseObject(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(payload));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function refuse(reason: DeadLetterReason, topic: string, payload: Uint8Array): Acceptance {
  const digest = createHash("sha256").update(topic).update("|").update(payload).digest("hex");
  return {
    refusal: reason,
    subject: subjects.deadLetter("bridge", reason),
    headers: {
      [headers.messageId]: digest,
      [headers.reason]: reason,
      [headers.topic]: topicHeader(topic),
    },
  };
}

/** JetStream stores no more than 64 KiB of headers, and an encoded topic can be six times that. */
const topicHeaderCharacters = 1_024;

/** Percent-encoded; a topic that is cut ends in an ellipsis. */
function topicHeader(topic: string): string {
  const cut = topic.length > topicHeaderCharacters;
  const shown = cut ? `${topic.slice(0, topicHeaderCharacters)}…` : topic;
  // Half a surrogate pair, which a cut can leave behind, has no percent-encoding.
  return encodeURIComponent(shown.toWellFormed());
}
