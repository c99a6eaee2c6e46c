import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { parseJson } from "../contract/parse-json.ts";
import type { NatsConnection } from "../shared/nats.ts";

/** Why nothing was changed. */
export interface Refusal<R extends string> {
  readonly refused: R | "unavailable";
  readonly detail: string;
}

export interface Asked<T, R extends string> {
  readonly connection: NatsConnection;
  readonly subject: string;
  readonly request: unknown;
  /** Undefined for what is no such thing. */
  readonly parse: (data: Uint8Array) => T | undefined;
  readonly refusals: readonly R[];
}

/** As long as a standby takes over from an active one that was killed, and a little more. */
const patienceMs = 8_000;
const attemptMs = 4_000;

/**
 * Has the aggregator change something. While none is active, or one hands over, it asks again for a
 * while; so a change that was made and not answered must be harmless when it is made again.
 */
export async function askAggregator<T, R extends string>(
  asked: Asked<T, R>,
): Promise<T | Refusal<R>> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask(asked);
    const isAway = typeof answer === "object" && answer !== null && "refused" in answer;
    if (!isAway || answer.refused !== "unavailable" || performance.now() >= untilMs) return answer;
    await delay(250);
  }
}

async function ask<T, R extends string>({
  connection,
  subject,
  request,
  parse,
  refusals,
}: Asked<T, R>): Promise<T | Refusal<R>> {
  try {
    const { data } = await connection.request(subject, JSON.stringify(request), {
      timeout: attemptMs,
    });
    const found = parse(data);
    if (found !== undefined) return found;
    const schema = z.object({
      refused: z.enum([...refusals, "unavailable"] as const),
      detail: z.string(),
    });
    const refused = schema.safeParse(parseJson(data)).data;
    return (refused as Refusal<R> | undefined) ?? unavailable("it answers what cannot be read");
  } catch (error) {
    return unavailable((error as Error).message);
  }
}

const unavailable = (why: string) =>
  ({ refused: "unavailable", detail: `the aggregator does not answer: ${why}` }) as const;
