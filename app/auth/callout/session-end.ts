/** How far the sessions that began together are spread around their length. */
const spread = 0.1;

/** Longer than any session lasts, in milliseconds. */
export const longestSessionMs = (sessionSeconds: number) => sessionSeconds * (1 + spread) * 1_000;

export interface SessionLength {
  readonly sessionSeconds: number;
  /** No session outlives the certificate that it was begun with. Milliseconds since 1970. */
  readonly endsAt?: number | undefined;
}

/**
 * When a session that begins now ends, in seconds since 1970. nats-server closes it then, and the
 * device logs in again: so a device that may no longer connect is gone by then, whatever else fails.
 *
 * Spread by a tenth to both sides, because devices that came back together after an outage would
 * otherwise come back together for ever.
 *
 * @param random from 0 to 1.
 */
export function sessionEnd(
  nowMs: number,
  random: number,
  { sessionSeconds, endsAt = Number.POSITIVE_INFINITY }: SessionLength,
): number {
  const end = nowMs / 1000 + sessionSeconds * (1 + spread * (2 * random - 1));
  return Math.floor(Math.min(end, endsAt / 1000));
}
