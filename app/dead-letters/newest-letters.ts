import type { NatsConnection } from "../shared/nats.ts";
import { endsOf, newestFirst } from "../shared/newest-first.ts";
import { readBatch } from "../shared/stored-messages.ts";
import { type DeadLetter, deadLetter } from "./dead-letter.ts";

const stream = "DEAD_LETTER";
/** One may have 512 KiB. */
const atOnce = 50;

/**
 * What DEAD_LETTER holds, the newest first, as far as it is asked for.
 *
 * @param before only what was stored before this sequence.
 * @throws StreamUnread
 */
export async function* newestLetters(
  connection: NatsConnection,
  before = Number.POSITIVE_INFINITY,
): AsyncGenerator<DeadLetter> {
  const ends = await endsOf(connection, stream);
  if (!ends) return;
  const last = Math.min(ends.last, before - 1);
  for await (const some of newestFirst(connection, stream, { first: ends.first, last, atOnce })) {
    for (const message of some.toReversed()) yield deadLetter(message);
  }
}

/** @throws StreamUnread */
export async function letterAt(
  connection: NatsConnection,
  sequence: number,
): Promise<DeadLetter | undefined> {
  const [found] = await readBatch(connection, stream, { from: { sequence }, limit: 1 });
  return found?.sequence === sequence ? deadLetter(found) : undefined;
}
