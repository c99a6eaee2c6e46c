import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { accountOfStream } from "../../contract/stores.ts";
import { streamNames } from "../../contract/stream-bounds.ts";
import { jetstreamManager, type NatsConnection } from "../../shared/nats.ts";
import { readBatch, StreamUnread } from "../../shared/stored-messages.ts";
import { copiesOf, ServerStreamsSchema, type StreamCopy } from "../../shared/stream-copies.ts";
import { OperatorError } from "../operator-error.ts";
import { type Check, Warned } from "./check.ts";
import { copiesProblems } from "./copies.ts";

/** What a server answers. */
const JszSchema = z.object({
  server: z.object({ name: z.string() }),
  data: ServerStreamsSchema,
});

const answerLimitMs = 5_000;
const betweenLooksMs = 2_000;

/** Each server's own view of each copy that it has. */
async function copiesNow(connection: NatsConnection): Promise<readonly StreamCopy[]> {
  const query = JSON.stringify({ accounts: true, streams: true });
  const answers = await connection.requestMany("servers.PING.JSZ", query, {
    strategy: "stall",
    stall: 500,
    maxWait: answerLimitMs,
  });
  const copies: StreamCopy[] = [];
  for await (const answer of answers) {
    const { data: told } = JszSchema.safeParse(answer.json());
    if (told) copies.push(...copiesOf(told.server.name, told.data));
  }
  return copies;
}

/** Compares what every server says of its copies: a current one may have a hole, and serve it as truth. */
export const copiesCheck = (connection: () => Promise<NatsConnection>): Check => ({
  name: "copies of streams",
  advice: "docs/runbooks/SentinelNatsCopyDamaged.md says how a copy is made anew",
  run: async () => {
    const nats = await connection();
    const before = await copiesNow(nats);
    await delay(betweenLooksMs);
    const now = await copiesNow(nats);
    const problems = streamNames.flatMap((stream) => {
      const account = accountOfStream(stream);
      const of = (copies: readonly StreamCopy[]) =>
        copies.filter((copy) => copy.stream === stream && copy.account === account);
      return copiesProblems(of(before), of(now));
    });
    const texts = problems.map(({ text }) => text).join("; ");
    if (problems.some(({ kind }) => kind === "damaged")) throw new OperatorError(texts);
    if (problems.length > 0) throw new Warned(texts);
    const servers = new Set(now.map(({ server }) => server)).size;
    if (servers === 0) throw new OperatorError("no server tells of its streams");
    return `${now.length} copies on ${servers} servers have the same, without holes`;
  },
});

/** Any copy answers, and which one cannot be chosen: so often it is read through. */
const rounds = 12;

/** Reads everything that a stream holds, again and again: a copy that lacks a message gives itself away. */
export const readCheck = (stream: string, connection: () => Promise<NatsConnection>): Check => ({
  name: `${stream} read through`,
  advice: "docs/runbooks/SentinelNatsCopyDamaged.md says how the copy is found and made anew",
  limitMs: 3_600_000,
  run: async () => {
    const nats = await connection();
    const { streams } = await jetstreamManager(nats, { checkAPI: false });
    const unread = new Set<number>();
    let read = 0;
    for (let round = 0; round < rounds && unread.size === 0; round++) {
      const { state } = await streams.info(stream);
      read += await readThrough(nats, stream, { ...state, unread });
    }
    if (unread.size === 0) return `${read} messages in ${rounds} rounds, each was there`;
    const [first = 0] = [...unread].sort((a, b) => a - b);
    const leader = await streams.getMessage(stream, { seq: first }).catch(() => null);
    const whose = leader ? "a copy that does not lead" : "the copy that leads";
    throw new OperatorError(
      `${unread.size} messages or more were not there when ${whose} was asked, the first of them ${first}`,
    );
  },
});

async function readThrough(
  nats: NatsConnection,
  stream: string,
  { first_seq, last_seq, unread }: { first_seq: number; last_seq: number; unread: Set<number> },
): Promise<number> {
  let from = first_seq;
  let read = 0;
  while (from <= last_seq) {
    const batch = await readBatch(nats, stream, { from: { sequence: from } }).catch((error) => {
      if (error instanceof StreamUnread) return [];
      throw error;
    });
    // Others may have it: the next reading begins behind it.
    if (batch.length === 0) unread.add(from++);
    for (const { sequence } of batch) {
      while (from < Math.min(sequence, last_seq + 1)) unread.add(from++);
      from = sequence + 1;
      read++;
    }
  }
  return read;
}
