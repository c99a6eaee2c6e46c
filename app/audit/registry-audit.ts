import { nowMs } from "../contract/headers.ts";
import { tellChange } from "../registry/tell-change.ts";
import { TellingJournal } from "../registry/telling-journal.ts";
import type { JetStreamClient } from "../shared/nats.ts";
import { AuditChain } from "./audit-chain.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import type { AuditRecord } from "./audit-record.ts";
import type { AuditSigner } from "./audit-signer.ts";
import { exceptionJournal } from "./exception-journal.ts";
import { publisherKeyJournal } from "./publisher-key-journal.ts";
import { RegistryJournal } from "./registry-journal.ts";
import { signInJournal } from "./sign-in-event.ts";
import { storeAudit } from "./store-audit.ts";

/** So long a change waits until it is told; what is left is waited for at the end. */
const tellMs = 2_000;

export interface RegistryAuditOptions {
  readonly js: Pick<JetStreamClient, "publish">;
  readonly signer: AuditSigner;
  /** Of the writer: the replica, or the command line. */
  readonly name: string;
  /** How long an announcement may take to be stored. */
  readonly announceMs: number;
  /** Called for each failed attempt to store a record. */
  readonly onRetry: () => void;
}

/** What could not be handed over in time. */
export interface Left {
  /** Records that AUDIT did not take. */
  readonly records: readonly AuditRecord[];
  /** Changes that the regions were not told of. */
  readonly untold: number;
}

/** What a process that changes the registry keeps of its changes: one for its whole life. */
export function openRegistryAudit(options: RegistryAuditOptions) {
  const { js, signer, name, announceMs, onRetry } = options;
  const chainBy = (each: AuditSigner) =>
    new AuditChain({ kind: "registry", name, signer: each, clock: nowMs });
  const outbox = new AuditOutbox({
    chain: chainBy(signer),
    store: storeAudit(js, onRetry),
    limit: 10_000,
    oldestMs: announceMs,
    inFlight: 512,
    clock: nowMs,
  });
  const announcing = { outbox, clock: nowMs, announceMs };
  const journal = new TellingJournal({
    journal: new RegistryJournal(announcing),
    tell: tellChange(js),
    patienceMs: tellMs,
  });
  return {
    outbox,
    journal,
    exceptions: exceptionJournal(announcing),
    publisherKeys: publisherKeyJournal(announcing),
    signIns: signInJournal(announcing),
    /** Goes on with another key. */
    renew: (renewed: AuditSigner) => outbox.renew(chainBy(renewed)),
    /** Hands over what is left, when nothing is changed any more. */
    drain: async (limitMs: number): Promise<Left> => {
      const [records, untold] = await Promise.all([outbox.drain(limitMs), journal.drain(limitMs)]);
      return { records, untold };
    },
  };
}
export type RegistryAudit = ReturnType<typeof openRegistryAudit>;
