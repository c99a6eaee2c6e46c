import { createHash } from "node:crypto";
import { isClientId } from "../contract/client-id.ts";
import type { DeadLetterReason } from "../contract/dead-letter.ts";
import { headers } from "../contract/headers.ts";
import {
  deadLetterHeadBytes,
  payloadLimitBytes,
  upstreamPacketLimitBytes,
} from "../contract/limits.ts";
import { alertMessageId } from "../contract/message-id.ts";
import { subjects, topics } from "../contract/subjects.ts";

/** Where a message goes, with the headers that follow from it alone. */
export interface Acceptance {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  /** Undefined for an alert that goes to INGRESS. */
  readonly refusal?: DeadLetterReason;
}

export interface Receipt {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** What its publisher gave to say that two publishes are one alert. */
  readonly alertId?: string | undefined;
  /** What its publisher signed it with, as `carriedSignature` gives it. */
  readonly signature?: string | undefined;
}

/**
 * Decides about one upstream message. Never throws, and whatever the topic holds, no part of it
 * gets into a subject unless it is a client id.
 *
 * @param name Stands for this publish alone: see `Sequence`. Printable ASCII.
 */
export function accept(receipt: Receipt, name: string): Acceptance {
  const { topic, payload, alertId, signature } = receipt;
  const clientId = clientIdOf(topic);
  if (clientId === undefined) return refuse("invalid-topic", receipt, name);
  if (!isClientId(clientId)) return refuse("invalid-client-id", receipt, name);
  if (payload.length > payloadLimitBytes) return refuse("payload-too-large", receipt, name);
  if (!isObject(payload)) return refuse("payload-not-json", receipt, name);
  const given = alertId === undefined ? undefined : alertMessageId(clientId, alertId, payload);
  return {
    subject: subjects.ingress("upstream", clientId),
    headers: {
      [headers.messageId]: given ?? name,
      ...(signature !== undefined && { [headers.alertSignature]: signature }),
    },
    payload,
  };
}

/** The level between `clients` and `alerts`, whatever it holds; undefined in any other topic. */
function clientIdOf(topic: string): string | undefined {
  const level = topic.split("/")[1];
  return level !== undefined && topics.alerts(level) === topic ? level : undefined;
}

/** A byte order mark is no JSON (RFC 8259, section 8.1), so the decoder must not swallow it. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isObject(payload: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(utf8.decode(payload));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** What goes to DEAD_LETTER of a message: it as it came, or its beginning where NATS would not take it. */
export function refuse(
  reason: DeadLetterReason,
  { topic, payload }: Receipt,
  name: string,
): Acceptance {
  const whole = reason !== "not-storable" && payload.length <= upstreamPacketLimitBytes;
  return {
    refusal: reason,
    subject: subjects.deadLetter("bridge", reason),
    headers: {
      [headers.messageId]: name,
      [headers.reason]: reason,
      [headers.topic]: topicHeader(topic),
      ...(!whole && {
        [headers.payloadBytes]: String(payload.length),
        [headers.payloadHash]: createHash("sha256").update(payload).digest("hex"),
      }),
    },
    payload: whole ? payload : payload.subarray(0, deadLetterHeadBytes),
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
