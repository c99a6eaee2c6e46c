import { headers } from "../contract/headers.ts";
import type { StoredMessage } from "../shared/stored-messages.ts";

/** A message that could not be taken. */
export interface DeadLetter {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  /** Who refused it. */
  readonly stage: string;
  readonly reason: string;
  /** As it came, or its beginning: it may hold anything. Undefined where nothing is said of it. */
  readonly topic: string | undefined;
  /** Of a device, where the topic names one that may be one. */
  readonly clientId: string | undefined;
  /** What is kept of it. */
  readonly data: Uint8Array;
  /** How large it was, in bytes, and SHA-256 of all of it in hex, where only the beginning is kept. */
  readonly whole: { readonly size: number; readonly sha256: string } | undefined;
}

export function deadLetter(message: StoredMessage): DeadLetter {
  const { sequence, storedAt, subject, data, headers: fields } = message;
  const [, stage = "", reason = ""] = subject.split(".");
  const topic = letterTopic(fields.get(headers.topic) || undefined);
  const sha256 = fields.get(headers.payloadHash);
  const size = Number(fields.get(headers.payloadBytes));
  return {
    ...{ sequence, storedAt, stage, reason, topic, data },
    clientId: clientOfTopic(topic),
    whole: sha256 === "" || !Number.isSafeInteger(size) ? undefined : { size, sha256 },
  };
}

/** What a dead letter's header says of the topic, decoded. */
export function letterTopic(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** What stands where a topic names the client, whatever it is. */
export function clientOfTopic(topic: string | undefined): string | undefined {
  const [root, clientId] = topic?.split("/") ?? [];
  return root === "clients" ? clientId : undefined;
}
