import { calloutRequest } from "../auth/callout/callout.fixture.ts";
import { AuditChain } from "./audit-chain.ts";
import { testSigners } from "./audit-keys.fixture.ts";
import type { AuditRecord } from "./audit-record.ts";
import type { AuditSigner } from "./audit-signer.ts";
import { auditRecord } from "./authentication-event.ts";
import type { StoredRecord } from "./stored-record.ts";

/** When the chains of these fixtures begin. */
export const startMs = 1_800_000_000_000;

/**
 * The records of one writer in the order of its chain: an opening, logins, and a closing if the
 * writer ended well. Each is stored when the record `onTheirWay` later is taken.
 */
export function chainedRecords(options: {
  logins: number;
  closed?: boolean;
  onTheirWay?: number;
  name?: string;
  signer?: AuditSigner;
}): AuditRecord[] {
  const { logins, closed = true, onTheirWay = 1, name = "auth-1" } = options;
  const { signer = testSigners.auth } = options;
  const chain = new AuditChain({ kind: "auth", name, signer, clock: () => startMs });
  const records = [chain.link(chain.opening(), undefined)];
  for (let i = 1; i <= logins; i++) {
    const decision = { request: calloutRequest(), code: undefined, known: true };
    const draft = auditRecord({ ...decision, nowMs: startMs + i });
    records.push(
      chain.link(draft, onTheirWay > 0 ? (records.at(-onTheirWay) ?? records[0]) : undefined),
    );
  }
  if (closed) records.push(chain.link(chain.closing(), undefined));
  return records;
}

/** A stream that has taken these records one second after the other. */
export function stored(records: readonly AuditRecord[], firstSequence = 1): StoredRecord[] {
  return records.map(({ subject, body, head }, index) => ({
    sequence: firstSequence + index,
    storedAt: startMs + index * 1_000,
    subject,
    body: Buffer.from(body).toString(),
    signature: head.signature,
  }));
}
