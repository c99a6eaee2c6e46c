import { jetstreamManager, type NatsConnection } from "./nats.ts";
import { type StoredMessage, StreamUnread, storedMessage } from "./stored-messages.ts";

const answerLimitMs = 5_000;
const notFound = 404;

export interface ExactRequest {
  readonly sequences: readonly number[];
  /** Under which JetStream is asked. */
  readonly api: string;
}

/**
 * The messages with these sequences, in the order of the request; without those that are no longer kept.
 * nats-server finds a message by its sequence without a search, and nobody who stores waits for it.
 *
 * @throws StreamUnread
 */
export async function readExactly(
  connection: NatsConnection,
  stream: string,
  { sequences, api }: ExactRequest,
): Promise<readonly StoredMessage[]> {
  const read = async (seq: number) =>
    (await readFromAny(connection, `${api}.DIRECT.GET.${stream}`, seq)) ??
    (await readFromLeader(connection, { api, stream, seq }));
  try {
    const found = await Promise.all(sequences.map(read));
    return found.filter((each) => each !== undefined);
  } catch (cause) {
    if (cause instanceof StreamUnread) throw cause;
    throw new StreamUnread(`${stream} does not answer`, { cause });
  }
}

/** Undefined when this copy has no such message. */
async function readFromAny(
  connection: NatsConnection,
  ask: string,
  seq: number,
): Promise<StoredMessage | undefined> {
  const answer = await connection.request(ask, JSON.stringify({ seq }), { timeout: answerLimitMs });
  const status = answer.headers?.code ?? 0;
  if (status === notFound) return undefined;
  if (status !== 0) {
    throw new StreamUnread(`${ask} answered ${status} ${answer.headers?.description}`);
  }
  return storedMessage(answer);
}

/** The copy that was asked may lag behind: the leader knows. */
async function readFromLeader(
  connection: NatsConnection,
  { api, stream, seq }: { readonly api: string; readonly stream: string; readonly seq: number },
): Promise<StoredMessage | undefined> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false, apiPrefix: api });
  const found = await streams.getMessage(stream, { seq });
  if (!found) return undefined;
  const { subject, header: headers, data, time } = found;
  return { sequence: seq, storedAt: time.getTime(), subject, headers, data, following: 0 };
}
