import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager, type Msg, type MsgHdrs, type NatsConnection } from "./nats.ts";

/** A message as a stream has it. */
export interface StoredMessage {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
  /** Further ones behind it that were asked for, as the copy had it which answered. */
  readonly following: number;
}

/** Whether the copy that answered had more than it gave. */
export const hasMore = (batch: readonly StoredMessage[]): boolean =>
  (batch.at(-1)?.following ?? 0) > 0;

/** A reading that was refused, or did not come whole in time. */
export class StreamUnread extends Error {
  override readonly name = "StreamUnread";
}

export interface BatchRequest {
  /** The first sequence that is wanted, or a time in milliseconds since 1970. */
  readonly from: { readonly sequence: number } | { readonly since: number };
  /** Only what has such a subject. */
  readonly filter?: string;
  /** Messages at most; 1,000 by default. */
  readonly limit?: number;
  /** Where the stream is asked, for whom it is not under JetStream's own subject. */
  readonly ask?: string | undefined;
}

/** An answer may be as large as that, in bytes: more would fill the server's queue of a connection. */
const batchBytes = 4 * 1024 * 1024;
const answerLimitMs = 5_000;
const endOfBatch = 204;
const nothingFound = 404;

/**
 * Reads stored messages in order, from any copy of the stream, without a consumer. None means that
 * this copy has no further one: it may lag behind the leader by a moment. Fewer than the limit say
 * nothing: large ones end a batch, too. What is behind the last one, `following` tells.
 *
 * @throws StreamUnread
 */
export async function readBatch(
  connection: NatsConnection,
  stream: string,
  { from, filter = ">", limit = 1_000, ask }: BatchRequest,
): Promise<readonly StoredMessage[]> {
  const start =
    "sequence" in from
      ? { seq: Math.max(1, from.sequence) }
      : { start_time: new Date(from.since).toISOString() };
  const request = { ...start, next_by_subj: filter, batch: limit, max_bytes: batchBytes };
  return answersOf(connection, { stream, ask, request, limit });
}

/** As many subjects as one question names: nats-server gives 1,024 answers to one. */
const subjectLimit = 500;

/**
 * The last message of each of these subjects that has one, from any copy of the stream.
 *
 * @throws StreamUnread
 */
export async function readLast(
  connection: NatsConnection,
  stream: string,
  { subjects, ask }: { readonly subjects: readonly string[]; readonly ask?: string | undefined },
): Promise<readonly StoredMessage[]> {
  const found: StoredMessage[] = [];
  for (let first = 0; first < subjects.length; first += subjectLimit) {
    const wanted = subjects.slice(first, first + subjectLimit);
    const request = { multi_last: wanted, batch: wanted.length, max_bytes: batchBytes };
    found.push(...(await answersOf(connection, { stream, ask, request, limit: wanted.length })));
  }
  return found;
}

interface Question {
  readonly stream: string;
  readonly ask: string | undefined;
  readonly request: object;
  readonly limit: number;
}

async function answersOf(
  connection: NatsConnection,
  question: Question,
): Promise<readonly StoredMessage[]> {
  try {
    return await allAnswersOf(connection, question);
  } catch (cause) {
    if (cause instanceof StreamUnread) throw cause;
    throw new StreamUnread(`${question.stream} does not answer`, { cause });
  }
}

async function allAnswersOf(
  connection: NatsConnection,
  { stream, ask, request, limit }: Question,
): Promise<readonly StoredMessage[]> {
  const answers = await connection.requestMany(
    ask ?? `$JS.API.DIRECT.GET.${stream}`,
    JSON.stringify(request),
    { strategy: "count", maxMessages: limit + 1, maxWait: answerLimitMs },
  );
  const messages: StoredMessage[] = [];
  for await (const answer of answers) {
    const status = answer.headers?.code ?? 0;
    if (status === endOfBatch || status === nothingFound) return messages;
    if (status !== 0) {
      throw new StreamUnread(`${stream} answered ${status} ${answer.headers?.description}`);
    }
    messages.push(storedMessage(answer));
  }
  throw new StreamUnread(
    `${stream} gave ${messages.length} messages and no end within ${answerLimitMs} ms`,
  );
}

/** Headers by which the server says what it has read. */
const place = {
  ...{ stream: "Nats-Stream", subject: "Nats-Subject", sequence: "Nats-Sequence" },
  ...{ time: "Nats-Time-Stamp", pending: "Nats-Num-Pending", before: "Nats-Last-Sequence" },
};

/** Of `2026-01-02T03:04:05.123456789Z`, of which Date.parse would drop what is below milliseconds. */
function storedMs(time: string): number {
  const fraction = /\.\d+/.exec(time)?.[0] ?? "";
  return Date.parse(time.replace(fraction, "")) + Number(`0${fraction}`) * 1_000;
}

export function storedMessage({ headers, data }: Msg): StoredMessage {
  if (!headers) throw new StreamUnread("a stored message came without its place");
  // The server adds these behind the message's own, which may have the same names.
  const sequence = Number(headers.last(place.sequence));
  const storedAt = storedMs(headers.last(place.time));
  const subject = headers.last(place.subject);
  const following = Number(headers.last(place.pending));
  for (const name of Object.values(place)) headers.delete(name);
  return { sequence, storedAt, subject, headers, data, following };
}

const lagLimitMs = 10_000;
const lagRetryMs = 50;

/**
 * Everything that a stream holds now, in order. What comes meanwhile is left out. The leader says
 * where the end is, because the copy that answers may lag.
 *
 * @throws StreamUnread
 */
export async function* storedNow(
  connection: NatsConnection,
  stream: string,
  request: Omit<BatchRequest, "limit">,
): AsyncGenerator<StoredMessage> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const { state } = await streams.info(stream);
  let { from } = request;
  let patientUntil = performance.now() + lagLimitMs;
  /** By the leader: whether one of those that are wanted lies before the end. */
  const further = async () => {
    const start =
      "sequence" in from ? { seq: from.sequence } : { start_time: new Date(from.since) };
    const query = { ...start, next_by_subj: request.filter ?? ">" };
    const next = await streams.getMessage(stream, query as { seq: number });
    return next !== null && next.seq <= state.last_seq;
  };
  while (state.messages > 0) {
    const batch = await readBatch(connection, stream, { ...request, from });
    for (const message of batch) {
      if (message.sequence > state.last_seq) return;
      yield message;
    }
    const last = batch.at(-1)?.sequence;
    if (last === state.last_seq) return;
    if (last !== undefined) {
      from = { sequence: last + 1 };
      patientUntil = performance.now() + lagLimitMs;
    } else if (!(await further())) return;
    else if (performance.now() > patientUntil) {
      throw new StreamUnread(`the copies of ${stream} lag behind their leader`);
    } else await delay(lagRetryMs);
  }
}
