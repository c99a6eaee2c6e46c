/** A device's admission, and the connection that it was for. */
export interface Login {
  readonly clientId: string;
  /** Of the nats-server. With the number of the connection it names that connection for ever. */
  readonly serverId: string;
  readonly connection: number;
  /** By the clock of the auth process that decided: milliseconds since 1970. */
  readonly atMs: number;
}

/** Clocks of regions differ by less than this. */
export const graceMs = 500;

const placeOf = ({ serverId, connection }: Login) => `${serverId} ${connection}`;

/**
 * Which of two sessions of one id, in two regions, has to end: the older one.
 *
 * Both regions decide by the same two logins and for themselves. So whatever their clocks are, never
 * both sessions end, and where the times do not say which is older, a name that both know decides.
 */
export function givesWay(own: Login, other: Login): boolean {
  const laterMs = other.atMs - own.atMs;
  if (Math.abs(laterMs) > graceMs) return laterMs > 0;
  return placeOf(other) > placeOf(own);
}
