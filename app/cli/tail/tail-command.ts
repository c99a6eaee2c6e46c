import { type JsMsg, jetstream, type NatsConnection } from "../../shared/nats.ts";
import type { CommandContext } from "../command-context.ts";
import { connectOperator } from "../nats-session.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import type { Styled } from "../output.ts";
import { tailJson, tailLine } from "./tail-line.ts";
import { concerns, type TailMessage, type TailTopic, tailSource } from "./tail-topics.ts";

export interface TailArguments {
  readonly topics: readonly TailTopic[];
  readonly client: string | undefined;
  /** How far back to start, in milliseconds; undefined: only what comes from now on. */
  readonly sinceMs: number | undefined;
  readonly json: boolean;
}

const formats = { plain: "reset", good: "green", notice: "yellow", bad: "red" } as const;

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

/**
 * Follows one filter of a stream. Never several: a consumer with a list of filters is created by
 * a request that does not name the consumer, which the operator may not make.
 */
async function follow(
  { topic, stream, filter }: { topic: TailTopic; stream: string; filter: string },
  { connection, context, options, started }: Following,
) {
  const since = options.sinceMs;
  const consumer = await jetstream(connection)
    .consumers.get(stream, {
      filter_subjects: filter,
      ...(since === undefined
        ? { deliver_policy: "new" as const }
        : {
            deliver_policy: "by_start_time" as const,
            opt_start_time: new Date(started - since).toISOString(),
          }),
    })
    .catch((error) => {
      throw new OperatorError(
        `stream ${stream} cannot be read: ${sentenceOf(error)}; run sentinel doctor`,
      );
    });
  const messages = await consumer.consume({ expires: 5_000, idle_heartbeat: 500 });
  for await (const raw of messages) {
    const message = taken(topic, stream, raw);
    if (options.client !== undefined && !concerns(message, options.client)) continue;
    await (options.json
      ? context.output.json(tailJson(message))
      : context.output.line(coloured(message)));
  }
}

function coloured(message: TailMessage): Styled {
  const { tone, text } = tailLine(message);
  return { format: formats[tone], text };
}

function taken(topic: TailTopic, stream: string, message: JsMsg): TailMessage {
  const headers = new Map<string, string>();
  for (const [name, values] of message.headers ?? []) headers.set(name, values.join(","));
  return {
    topic,
    stream,
    subject: message.subject,
    sequence: message.seq,
    at: message.time.getTime(),
    headers,
    payload: message.string(),
  };
}
