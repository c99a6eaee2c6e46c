import type { StreamName } from "./stream-bounds.ts";

/**
 * The accounts that hold a region's streams, and which ones.
 *
 * nats-server does not check where JetStream sends an answer or what a consumer delivers: whoever
 * may read a stream can have its content written to every subject of the stream's own account. So
 * the streams of an account are those for which that would be no harm, or nobody reads there.
 */
export const stores = {
  /** What was taken in. Inspectors, who decide about it, read it here by consumers. */
  INTAKE: ["INGRESS", "KV_partitions"],
  REPORT_INTAKE: ["REPORT_INGRESS", "KV_report-partitions"],
  /** What devices get. Peers read it by consumers, and so could write to what is here: nothing else. */
  ALERTS: ["MQTT_ALERTS"],
  /** What else inspection made, and what became of it. Nobody logs in here but provision. */
  CORE: [
    ...["REPORTS", "QUARANTINE", "QUARANTINE_DECISIONS"],
    ...["SECURITY_EVENTS", "INCIDENTS", "DEAD_LETTER"],
  ],
  AUDIT: ["AUDIT"],
  /** What auth tells other regions. */
  CHANGES: ["REGISTRY_CHANGES", "LOGINS"],
  LIMITS: ["CUT_OFFS"],
  /** Up to when devices have what was sent to them. */
  SEEN: ["LAST_SEEN"],
} as const satisfies Record<string, readonly StreamName[]>;

export type StoreAccount = keyof typeof stores;

export const storeAccounts = Object.keys(stores) as readonly StoreAccount[];

/** @throws Error for a stream that was given no account. */
export function accountOfStream(stream: string): StoreAccount {
  const account = storeAccounts.find((each) => stores[each].some((name) => name === stream));
  if (!account) throw new Error(`stream ${stream} has no account: name it in stores`);
  return account;
}
