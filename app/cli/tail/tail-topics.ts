import { headers } from "../../contract/headers.ts";
import { subjects } from "../../contract/subjects.ts";
import { letterTopic } from "../../dead-letters/dead-letter.ts";

export const tailTopics = ["alerts", "findings", "auth", "quarantine", "dead-letters"] as const;
export type TailTopic = (typeof tailTopics)[number];

export interface TailSource {
  readonly stream: string;
  readonly filters: string[];
}

/** A message of a stream, taken apart. */
export interface TailMessage {
  readonly topic: TailTopic;
  readonly stream: string;
  readonly subject: string;
  readonly sequence: number;
  /** When it was stored, milliseconds since 1970. */
  readonly at: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: string;
}

/** What to read for a topic; with a client id, only what can concern that client. */
export function tailSource(topic: TailTopic, clientId: string | undefined): TailSource {
  const id = clientId ?? "*";
  switch (topic) {
    case "alerts":
      return { stream: "MQTT_ALERTS", filters: [subjects.alerts(id)] };
    case "findings":
      return { stream: "SECURITY_EVENTS", filters: [subjects.event("*", id)] };
    case "quarantine":
      return { stream: "QUARANTINE", filters: [subjects.quarantine("*", id)] };
    case "auth": {
      // Strangers share a subject: what they said they were is in the record.
      const strangers = clientId === undefined ? [] : [subjects.authAudit(undefined)];
      return { stream: "AUDIT", filters: [subjects.authAudit(id), ...strangers] };
    }
    case "dead-letters":
      return { stream: "DEAD_LETTER", filters: [subjects.deadLetter("*", "*")] };
  }
}

/** Whether a message that passed the filters concerns the client, where subjects do not tell. */
export function concerns(message: TailMessage, clientId: string): boolean {
  if (message.topic === "dead-letters") {
    return deadLetterTopic(message)?.startsWith(`clients/${clientId}/`) ?? false;
  }
  if (message.topic !== "auth" || message.subject !== subjects.authAudit(undefined)) return true;
  const user = recordOf(message.payload)?.["user"] as { name?: unknown; uid?: unknown } | undefined;
  return user?.uid === clientId || user?.name === clientId;
}

/** The topic of a dead letter, decoded; it may hold anything. Undefined when the header is missing. */
export function deadLetterTopic(message: TailMessage): string | undefined {
  return letterTopic(message.headers.get(headers.topic));
}

/** The payload as a JSON object, if it is one. */
export function recordOf(payload: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    return isRecord ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The id of the client that a message is about. */
export function clientOf(message: TailMessage): string {
  const tokens = message.subject.split(".");
  if (message.topic === "alerts") return tokens[1] ?? "";
  if (message.topic === "dead-letters") return deadLetterTopic(message)?.split("/")[1] ?? "";
  if (message.topic === "auth") {
    const user = recordOf(message.payload)?.["user"] as { uid?: unknown } | undefined;
    return typeof user?.uid === "string" ? user.uid : (tokens[2] ?? "");
  }
  return tokens.at(-1) ?? "";
}
