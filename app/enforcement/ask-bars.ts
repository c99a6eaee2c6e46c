import { z } from "zod";
import { parseJson } from "../contract/parse-json.ts";
import { type DecisionAsker, subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { type Bar, type BarRequest, type LiftRequest, parseBar } from "./bar.ts";

/**
 * Why there is no bar: there is no such device, or none that is barred; the region made as many as it
 * may; nobody answers, or what is asked cannot be recorded.
 */
export const barRefusals = ["unknown", "limit", "unavailable"] as const;
export type BarRefusal = (typeof barRefusals)[number];

export type BarOutcome =
  | { readonly bar: Bar; readonly refused?: never }
  | { readonly refused: BarRefusal; readonly detail: string; readonly bar?: never };

/** What auth answers. */
export const barAnswer = (outcome: BarOutcome): string => JSON.stringify(outcome);

const waitMs = 4_000;
const refusalSchema = z.object({ refused: z.enum(barRefusals), detail: z.string() });

/** Has auth keep a device out. Safe to repeat. */
export const askForBar = (connection: NatsConnection, request: BarRequest): Promise<BarOutcome> =>
  ask(connection, subjects.barRequest, request);

/** Has auth let a device in again, in all regions. */
export const liftBar = (
  { connection, asker }: { readonly connection: NatsConnection; readonly asker: DecisionAsker },
  request: LiftRequest,
): Promise<BarOutcome> => ask(connection, subjects.barLift(asker), request);

async function ask(
  connection: NatsConnection,
  subject: string,
  request: unknown,
): Promise<BarOutcome> {
  const answer = await answered(connection, subject, request);
  if (typeof answer === "string") return { refused: "unavailable", detail: answer };
  const bar = parseBar((answer as { bar?: unknown } | undefined)?.bar);
  const unreadable = {
    refused: "unavailable",
    detail: "auth answers what cannot be read",
  } as const;
  return bar ? { bar } : (refusalSchema.safeParse(answer).data ?? unreadable);
}

/** The bars that auth remembers, of all regions: those in force, and those that ended within a day. @throws Error */
export async function listBars(connection: NatsConnection): Promise<readonly Bar[]> {
  const answer = await answered(connection, subjects.barList, {});
  if (typeof answer === "string") throw new Error(`bars are not told: ${answer}`);
  const { bars } = (answer ?? {}) as { bars?: unknown };
  if (!Array.isArray(bars)) throw new Error("bars are not told: auth answers what cannot be read");
  return bars.flatMap((each) => parseBar(each) ?? []);
}

/** @returns a text for what went wrong. */
async function answered(
  connection: NatsConnection,
  subject: string,
  request: unknown,
): Promise<unknown> {
  try {
    const { data } = await connection.request(subject, JSON.stringify(request), {
      timeout: waitMs,
    });
    return parseJson(data);
  } catch (error) {
    return `auth does not answer: ${(error as Error).message}`;
  }
}
