import { nowMs } from "../contract/headers.ts";
import type { JetStreamClient } from "../shared/nats.ts";
import { AuditChain } from "./audit-chain.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import { RegistryJournal } from "./registry-journal.ts";
import { storeAudit } from "./store-audit.ts";

export interface RegistryAuditOptions {
  readonly js: Pick<JetStreamClient, "publish">;
  /** Of the writer: the replica, or the command line. */
  readonly name: string;
  /** How long an announcement may take to be stored. */
  readonly announceMs: number;
  /** Called for each failed attempt to store a record. */
  readonly onRetry: () => void;
}

/** The journal of a process that changes the registry. The outbox must be drained before it ends. */
export function openRegistryAudit(options: RegistryAuditOptions) {
  const { js, name, announceMs, onRetry } = options;
  const outbox = new AuditOutbox({
    chain: new AuditChain({ kind: "registry", name, clock: nowMs }),
    store: storeAudit(js, onRetry),
    limit: 10_000,
    oldestMs: announceMs,
    inFlight: 512,
    clock: nowMs,
  });
  return { outbox, journal: new RegistryJournal({ outbox, clock: nowMs, announceMs }) };
}
