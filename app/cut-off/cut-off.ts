import { z } from "zod";
import { parseJson } from "../contract/parse-json.ts";
import { ServerIdSchema } from "../contract/server-id.ts";
import { subjects } from "../contract/subjects.ts";

/**
 * What a device can have too much of, by absolute limits. `session-changes`: it connects, subscribes
 * or unsubscribes, each of which nats-server stores.
 */
export const meteredLimits = ["messages", "bytes", "daily-bytes", "session-changes"] as const;
export type MeteredLimit = (typeof meteredLimits)[number];

/** Why and for how long a device is kept out. Times are milliseconds since 1970. */
export interface CutOff {
  readonly limit: MeteredLimit;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Which one it is, counting those before that were still remembered. */
  readonly count: number;
}

export interface CutOffTimes {
  /** Of a device's first cut-off. Each further one is twice as long as the one before. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
}

/** What the meter asks for. */
export interface CutOffRequest {
  readonly clientId: string;
  readonly limit: MeteredLimit;
  /** The server that the device sends to, where that is known. */
  readonly serverId?: string | undefined;
}

const CutOffSchema = z.object({
  limit: z.enum(meteredLimits),
  sinceMs: z.int().nonnegative(),
  untilMs: z.int().nonnegative(),
  count: z.int().positive(),
});
const RequestSchema = z.object({
  clientId: z.string(),
  limit: z.enum(meteredLimits),
  serverId: ServerIdSchema.optional(),
});
const prefix = subjects.cutOff("");

/** @param previous the last one of this device that is remembered. */
export function nextCutOff(
  previous: CutOff | undefined,
  { limit, nowMs }: { readonly limit: MeteredLimit; readonly nowMs: number },
  times: CutOffTimes,
): CutOff {
  const earlier = previous?.count ?? 0;
  const seconds = Math.min(times.firstSeconds * 2 ** earlier, times.longestSeconds);
  const sinceMs = Math.round(nowMs);
  return { limit, sinceMs, untilMs: sinceMs + seconds * 1000, count: earlier + 1 };
}

export const isInForce = (cutOff: CutOff, nowMs: number) => nowMs < cutOff.untilMs;

/** The same for whoever tells of it, so that it is told once. */
export const cutOffId = (clientId: string, { sinceMs }: CutOff) => `cut-off:${clientId}:${sinceMs}`;

export const parseCutOff = (body: Uint8Array): CutOff | undefined =>
  CutOffSchema.safeParse(parseJson(body)).data;

export const parseCutOffRequest = (body: Uint8Array): CutOffRequest | undefined =>
  RequestSchema.safeParse(parseJson(body)).data;

/** The device of a stored cut-off. */
export const clientOfCutOff = (subject: string): string | undefined =>
  subject.startsWith(prefix) ? subject.slice(prefix.length) : undefined;
