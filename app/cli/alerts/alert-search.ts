import { headers } from "../../contract/headers.ts";
import { subjects, topics } from "../../contract/subjects.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { type StoredMessage, storedNow } from "../../shared/stored-messages.ts";

/** What a search is for. */
export interface SoughtAlert {
  readonly id: string;
  readonly clientId: string;
  /** Stored then or later; milliseconds since 1970. */
  readonly sinceMs: number;
}

/** By what a stored message is known to be the alert. */
export type Likeness = "message id" | "alert-id" | "payload's id";

/** The streams in which an alert may be. Each is read under the subjects that can be this client's. */
export const searched = ["INGRESS", "MQTT_ALERTS", "QUARANTINE", "DEAD_LETTER"] as const;
export type Searched = (typeof searched)[number];

export interface Found {
  readonly stream: Searched;
  readonly message: StoredMessage;
  readonly by: Likeness;
}

export interface SearchResult {
  readonly found: readonly Found[];
  /** Messages of this client's that were looked at, by stream. */
  readonly looked: Readonly<Record<Searched, number>>;
}

const filters: Readonly<Record<Searched, (clientId: string) => string>> = {
  INGRESS: (clientId) => `ingress.*.upstream.${clientId}`,
  MQTT_ALERTS: subjects.alerts,
  QUARANTINE: (clientId) => subjects.quarantine("upstream", clientId),
  DEAD_LETTER: () => subjects.deadLetter("*", "*"),
};

/** Looks for an alert wherever it may be stored. @throws StreamUnread */
export async function findAlert(
  connection: NatsConnection,
  sought: SoughtAlert,
): Promise<SearchResult> {
  const found: Found[] = [];
  const looked = { INGRESS: 0, MQTT_ALERTS: 0, QUARANTINE: 0, DEAD_LETTER: 0 };
  const { clientId, sinceMs } = sought;
  // In the order in which an alert goes: what moves on meanwhile is met again, and not missed.
  for (const stream of searched) {
    const wanted = { from: { since: sinceMs }, filter: filters[stream](clientId) };
    for await (const message of storedNow(connection, stream, wanted)) {
      if (stream === "DEAD_LETTER" && !isLetterOf(message, clientId)) continue;
      looked[stream]++;
      const by = likenessOf(message, sought);
      if (by) found.push({ stream, message, by });
    }
  }
  return { found, looked };
}

function isLetterOf({ headers: fields }: StoredMessage, clientId: string): boolean {
  return fields.get(headers.topic) === encodeURIComponent(topics.alerts(clientId));
}

/** `{client}:{alert-id}:{16 hex digits}` is how a publisher's alert-id becomes a message id. */
const idTail = /^:[0-9a-f]{16}$/;

export function likenessOf(
  message: Pick<StoredMessage, "headers" | "data">,
  { id, clientId }: Pick<SoughtAlert, "id" | "clientId">,
): Likeness | undefined {
  const messageId = message.headers.get(headers.messageId);
  if (messageId === id) return "message id";
  const given = `${clientId}:${id}`;
  if (messageId.startsWith(given) && idTail.test(messageId.slice(given.length))) return "alert-id";
  return payloadId(message.data) === id ? "payload's id" : undefined;
}

function payloadId(data: Uint8Array): string | undefined {
  try {
    const id: unknown = JSON.parse(Buffer.from(data).toString())?.id;
    return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
  } catch {
    return undefined;
  }
}
