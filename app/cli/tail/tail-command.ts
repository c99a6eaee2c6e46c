import { setTimeout as delay } from "node:timers/promises";
import type { NatsConnection } from "../../shared/nats.ts";
import { type BatchRequest, readBatch, type StoredMessage } from "../../shared/stored-messages.ts";
import type { CommandContext } from "../command-context.ts";
import { connectOperator } from "../nats-session.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import type { Styled } from "../output.ts";
import { tailJson, tailLine, toneFormats } from "./tail-line.ts";
import { concerns, type TailMessage, type TailTopic, tailSource } from "./tail-topics.ts";

export interface TailArguments {
  readonly topics: readonly TailTopic[];
  readonly client: string | undefined;
  /** How far back to start, in milliseconds; undefined: only what comes from now on. */
  readonly sinceMs: number | undefined;
  readonly json: boolean;
}

const utf8 = new TextDecoder();

/** Prints messages as they are stored, until it is interrupted or nobody reads it any more. */
export async function tailCommand(
  context: CommandContext,
  options: TailArguments,
): Promise<number> {
  const connection = await connectOperator(context.variables);
  const started = Date.now();
  try {
    const sources = options.topics.flatMap((topic) => {
      const { stream, filters } = tailSource(topic, options.client);
      return filters.map((filter) => ({ topic, stream, filter }));
    });
    await Promise.all(
      sources.map((source) => follow(source, { connection, context, options, started })),
    );
  } finally {
    await connection.close();
  }
  throw new OperatorError("the connection to NATS was closed");
}

interface Following {
  readonly connection: NatsConnection;
  readonly context: CommandContext;
  readonly options: TailArguments;
  readonly started: number;
}

/** What is stored is printed within this time. */
const pollMs = 200;

/** Follows one filter of a stream by reading on from the last message, again and again. */
async function follow(
  { topic, stream, filter }: { topic: TailTopic; stream: string; filter: string },
  { connection, context, options, started }: Following,
) {
  let from: BatchRequest["from"] = { since: started - (options.sinceMs ?? 0) };
  let readable = false;
  while (!connection.isClosed()) {
    const request: BatchRequest = { from, filter };
    const batch = await readBatch(connection, stream, request).catch((error) => {
      // What could be read before will be so again, when its servers are back.
      if (readable) return [];
      throw new OperatorError(
        `stream ${stream} cannot be read: ${sentenceOf(error)}; run sentinel doctor`,
      );
    });
    readable = true;
    for (const stored of batch) {
      from = { sequence: stored.sequence + 1 };
      const message = taken(topic, stream, stored);
      if (options.client !== undefined && !concerns(message, options.client)) continue;
      await (options.json
        ? context.output.json(tailJson(message))
        : context.output.line(coloured(message)));
    }
    if (batch.length === 0) await delay(pollMs);
  }
}

function coloured(message: TailMessage): Styled {
  const { tone, text } = tailLine(message);
  return { format: toneFormats[tone], text };
}

function taken(topic: TailTopic, stream: string, message: StoredMessage): TailMessage {
  const headers = new Map<string, string>();
  for (const [name, values] of message.headers) headers.set(name, values.join(","));
  return {
    ...{ topic, stream, headers },
    subject: message.subject,
    sequence: message.sequence,
    at: message.storedAt,
    payload: utf8.decode(message.data),
  };
}
