export interface FenceRules {
  /** Of the rules, among all tables of this network. */
  readonly table: string;
  /** Where devices connect. */
  readonly ports: readonly number[];
  /** What one connection may send for as long as it likes. */
  readonly bytesPerSecond: number;
  /** What it may send at once. */
  readonly burstBytes: number;
  /** Connections that are remembered at a time. */
  readonly connections: number;
  /** Name of the counter of what is held back. */
  readonly counter: string;
}

/**
 * A connection that has sent nothing for so long is forgotten. Longer than any bucket takes to be
 * empty again: who is forgotten gains nothing by it.
 */
export const forgottenAfterSeconds = 10;
/**
 * What nft is told: packets of a connection that has sent too much are dropped before a server reads
 * them. TCP sends them again, later and slower, so that nothing is lost and the sender waits.
 *
 * One line, because nft reads it as a command. The table belongs to the nft that made it
 * (`flags owner`), and the kernel removes it when that one ends: no rules are left behind, whatever
 * becomes of us.
 */
export function fenceRules(rules: FenceRules): string {
  const { table, ports, bytesPerSecond, burstBytes, connections, counter } = rules;
  const limit = `limit rate over ${bytesPerSecond} bytes/second burst ${burstBytes} bytes`;
  const statements = [
    "flags owner",
    `counter ${counter} { }`,
    // In a full set nothing finds a place: its packets pass.
    `set senders { type ipv4_addr . inet_service; size ${connections}; flags dynamic,timeout; timeout ${forgottenAfterSeconds}s; }`,
    // Packets to a pod of this machine come by here, and so do those to a server of its own.
    `chain arriving { type filter hook prerouting priority filter; policy accept; tcp dport { ${ports.join(", ")} } update @senders { ip saddr . tcp sport ${limit} } counter name ${counter} drop; }`,
  ];
  return `table ip ${table} { ${statements.map((statement) => `${statement};`).join(" ")} }`;
}
