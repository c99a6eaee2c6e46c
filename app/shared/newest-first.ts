import type { NatsConnection } from "./nats.ts";
import {
  hasMore,
  readBatch,
  type StoredMessage,
  StreamUnread,
  storedMessage,
} from "./stored-messages.ts";

/** The first and the last sequence of what a stream holds, as the copy has it that answers. */
export interface StreamEnds {
  readonly first: number;
  readonly last: number;
}

const answerLimitMs = 5_000;

/**
 * Undefined while there is nothing in it.
 *
 * @throws StreamUnread
 */
export async function endsOf(
  connection: NatsConnection,
  stream: string,
): Promise<StreamEnds | undefined> {
  const [oldest] = await readBatch(connection, stream, { from: { sequence: 1 }, limit: 1 });
  if (!oldest) return undefined;
  const question = JSON.stringify({ last_by_subj: ">" });
  try {
    const answer = await connection.request(`$JS.API.DIRECT.GET.${stream}`, question, {
      timeout: answerLimitMs,
    });
    // Another copy answers, which may have nothing yet.
    const last = answer.headers?.hasError ? 0 : storedMessage(answer).sequence;
    return { first: oldest.sequence, last: Math.max(oldest.sequence, last) };
  } catch (cause) {
    throw new StreamUnread(`${stream} does not answer`, { cause });
  }
}

/**
 * What lies between two sequences, both included, in chunks from the end backwards, each in order.
 * Read by sequence, whatever is wanted of it: to look for a subject, nats-server reads every block and
 * lets nobody store meanwhile. A copy that lags may lack the newest.
 *
 * @param atOnce messages of a chunk at most.
 * @throws StreamUnread
 */
export async function* newestFirst(
  connection: NatsConnection,
  stream: string,
  { first, last, atOnce }: StreamEnds & { readonly atOnce: number },
): AsyncGenerator<readonly StoredMessage[]> {
  for (let end = last; end >= first; end -= atOnce) {
    const begin = Math.max(first, end - atOnce + 1);
    yield await storedBetween(connection, stream, { first: begin, last: end });
  }
}

async function storedBetween(
  connection: NatsConnection,
  stream: string,
  { first, last }: StreamEnds,
): Promise<readonly StoredMessage[]> {
  const messages: StoredMessage[] = [];
  for (let next = first; next <= last; ) {
    const batch = await readBatch(connection, stream, {
      from: { sequence: next },
      limit: last - next + 1,
    });
    messages.push(...batch.filter(({ sequence }) => sequence <= last));
    if (!hasMore(batch)) break;
    next = (batch.at(-1)?.sequence ?? last) + 1;
  }
  return messages;
}
