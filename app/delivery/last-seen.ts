import { z } from "zod";
import type { SessionEnd } from "./session-record.ts";

/**
 * What is known of what a device has got. Times are milliseconds since 1970.
 *
 * Each of these is true whatever is written later or lost: so it does no harm when two replicas
 * write at once, or when an event is missed. Who knows less sends more than once.
 */
const LastSeenSchema = z.object({
  /** Everything that was stored before has reached the device. */
  since: z.number(),
  /** When its last subscription that was seen to was noticed, and when all that it had missed was sent. */
  caughtUp: z.object({ subscribed: z.number(), sent: z.number() }).optional(),
  /** End of the last session whose end was told. */
  ended: z.number().optional(),
  /** The `since` of which the device was told that what came then is no longer kept. */
  told: z.number().optional(),
});
export type LastSeen = z.infer<typeof LastSeenSchema>;

/** Clocks of servers and of ours may differ by that. */
const skewMs = 1_000;

/** Of a device of which nothing is known: it may lack whatever is kept. */
export const neverSeen: LastSeen = { since: 0 };

/**
 * Nothing that is yet to come has reached a device, whatever it said itself.
 *
 * @throws Error for what is no such record.
 */
export function parseLastSeen(json: Uint8Array, nowMs: number): LastSeen {
  const seen = LastSeenSchema.parse(JSON.parse(Buffer.from(json).toString("utf8")));
  return { ...seen, since: Math.min(seen.since, nowMs) };
}

/**
 * After the end of a session. What was sent to a device shortly before may have gone into a line on
 * which nobody was any more: a server notices that only after a while, at most `overlapMs`. So a session
 * proves that what was sent to it has arrived, but for that while at its end; and nothing if
 * it was not longer, or was never sent what the device had missed.
 */
export function afterEnd(seen: LastSeen, { start, stop }: SessionEnd, overlapMs: number): LastSeen {
  const { since, caughtUp } = seen;
  const provenUntil = stop - overlapMs;
  const proves =
    caughtUp !== undefined && caughtUp.subscribed >= start && provenUntil > caughtUp.sent;
  return {
    ...seen,
    since: proves ? Math.max(since, provenUntil) : since,
    ended: Math.max(seen.ended ?? 0, stop),
  };
}

/** Whether the device is to be told that alerts which it may lack are no longer kept. */
export const lacksUntold = ({ since, told }: LastSeen, keptSince: number): boolean =>
  since > 0 && since < keptSince && told !== since;

/** Whether the end of the last session is known that the device was caught up in. */
export const hasEnded = ({ caughtUp, ended = 0 }: LastSeen): boolean =>
  caughtUp !== undefined && ended >= caughtUp.subscribed;

/** Whether the device was caught up in the session that was noticed then, by clocks that may differ. */
export const isCaughtUp = ({ caughtUp }: LastSeen, atMs: number): boolean =>
  (caughtUp?.subscribed ?? 0) >= atMs - skewMs;

/** Of a session without the subscription: what is stored while it lasts does not reach the device. */
export function unsubscribed({ caughtUp: _, ...seen }: LastSeen): LastSeen {
  return seen;
}
