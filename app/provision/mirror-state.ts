/** What JetStream tells of a mirror's origin. Times in nanoseconds; -1: nothing heard yet. */
export interface OriginInfo {
  readonly lag: number;
  readonly active: number;
  readonly error?: { readonly description: string };
}

/** An origin sends a heartbeat each second; after so long nats-server starts the mirror anew. */
export const silenceLimitMs = 10_000;

/**
 * Why a mirror does not follow its origin, or undefined while it does.
 *
 * A lag alone is no reason: a mirror that catches up has one too.
 */
export function mirrorTrouble(origin: OriginInfo | undefined): string | undefined {
  if (!origin) return "it is not a mirror";
  if (origin.error) return origin.error.description;
  if (origin.active < 0) return "nothing was heard from its origin yet";
  const silentMs = origin.active / 1e6;
  return silentMs > silenceLimitMs
    ? `nothing was heard from its origin for ${Math.round(silentMs / 1000)} s`
    : undefined;
}
