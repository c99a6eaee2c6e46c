import { createHash } from "node:crypto";

/** Printable ASCII only: the id becomes a header value. */
const USABLE_ID = /^[\x21-\x7e]{1,128}$/;

function usableId(id: unknown): string | undefined {
  if (typeof id === "string" && USABLE_ID.test(id)) return id;
  return typeof id === "number" && Number.isSafeInteger(id) ? String(id) : undefined;
}

/**
 * The identity under which JetStream removes duplicates of an alert.
 *
 * The client comes from the topic, so no client can use up another's ids. The hash is there so
 * that a changed alert with a reused id is not taken for a repetition. Without an id that can
 * stand in a header, topic and payload are the identity: publishers that send two genuine,
 * byte-identical alerts within the duplicate window must give them ids.
 */
export function messageId(
  clientId: string,
  topic: string,
  payload: Uint8Array,
  id: unknown,
): string {
  const usable = usableId(id);
  if (usable === undefined) {
    const digest = createHash("sha256").update(topic).update("|").update(payload).digest("hex");
    return `${clientId}:${digest}`;
  }
  const digest = createHash("sha256").update(payload).digest("hex").slice(0, 16);
  return `${clientId}:${usable}:${digest}`;
}
