import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch } from "../shared/stored-messages.ts";
import type { Exception } from "./exception.ts";
import { parseException } from "./exception-schema.ts";

/** So many are listed, the newest. */
export const listedExceptions = 1_000;

/**
 * The exceptions that are stored, the newest first, those in force or those that ended.
 *
 * @throws StreamUnread
 */
export async function storedExceptions(
  connection: NatsConnection,
  state: "in-force" | "ended",
): Promise<readonly Exception[]> {
  const found = new Map<string, Exception>();
  const filter = subjects.exception("*");
  for (let sequence = 1; ; ) {
    const batch = await readBatch(connection, "INCIDENTS", { from: { sequence }, filter });
    for (const { data } of batch) {
      const exception = parseException(data);
      if (!exception) continue;
      found.delete(exception.id);
      if ((exception.end === undefined) === (state === "in-force")) {
        found.set(exception.id, exception);
      }
    }
    if (!hasMore(batch)) break;
    sequence = (batch.at(-1)?.sequence ?? 0) + 1;
  }
  return [...found.values()].sort((a, b) => b.addedAt - a.addedAt).slice(0, listedExceptions);
}
