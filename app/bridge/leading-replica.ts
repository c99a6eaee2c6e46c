/**
 * How long the replica that follows leaves a message to the one that leads: longer than storing it
 * takes as a rule, so that JetStream answers "duplicate" at once instead of "in process", and short
 * enough to go unnoticed while the leader is away.
 */
export const followMs = 20;

/**
 * Whether a replica stores messages at once. Of two replicas, whose numbers differ by one, that is
 * the one with the odd number: one leader sends more messages at a time than two halves would,
 * which costs the servers less. A name without a number leads.
 */
export function leads(replica: string): boolean {
  const ordinal = /\d+$/.exec(replica)?.[0];
  return ordinal === undefined || Number(ordinal) % 2 === 1;
}
