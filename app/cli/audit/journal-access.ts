import { AuditChain } from "../../audit/audit-chain.ts";
import { AuditOutbox } from "../../audit/audit-outbox.ts";
import { AuditUnavailable, RegistryJournal } from "../../audit/registry-journal.ts";
import { storeAudit } from "../../audit/store-audit.ts";
import { nowMs } from "../../contract/headers.ts";
import type { ChangeJournal } from "../../registry/registry-change.ts";
import { tellChange } from "../../registry/tell-change.ts";
import { TellingJournal } from "../../registry/telling-journal.ts";
import { jetstream } from "../../shared/nats.ts";
import { connectOperator } from "../nats-session.ts";
import { OperatorError } from "../operator-error.ts";
import type { Variables } from "../operator-settings.ts";

const announceMs = 10_000;
/** So long a change waits until it is told; what is left is waited for at the end. */
const tellMs = 2_000;
const drainMs = 15_000;
/** Of records that say of a change only that it was not made. */
const shortDrainMs = 1_000;

/**
 * Gives a task the journal without which nothing may be changed. Before the task it must be
 * possible to log in to NATS; after it, every record must be stored.
 */
export async function withJournal<T>(
  variables: Variables,
  task: (journal: ChangeJournal) => Promise<T>,
): Promise<T> {
  const connection = await connectOperator(variables);
  const outbox = new AuditOutbox({
    chain: new AuditChain({ kind: "registry", name: "sentinel", clock: nowMs }),
    store: storeAudit(jetstream(connection), () => {}),
    limit: 10_000,
    oldestMs: announceMs,
    inFlight: 512,
    clock: nowMs,
  });
  const journal = new TellingJournal({
    journal: new RegistryJournal({ outbox, clock: nowMs, announceMs }),
    tell: tellChange(jetstream(connection)),
    patienceMs: tellMs,
  });
  const [end] = await Promise.allSettled([task(journal)]);
  const unavailable = end.status === "rejected" && end.reason instanceof AuditUnavailable;
  const patienceMs = unavailable ? shortDrainMs : drainMs;
  const [left, untold] = await Promise.all([outbox.drain(patienceMs), journal.drain(patienceMs)]);
  await connection.close();
  if (unavailable) throw new OperatorError(end.reason.message, { cause: end.reason });
  if (left.length > 0) {
    throw new OperatorError(
      `the changes were written, but AUDIT did not take ${left.length} records of how they ended; it holds their announcements`,
      { cause: end.status === "rejected" ? end.reason : undefined },
    );
  }
  if (untold > 0) {
    throw new OperatorError(
      `the changes were written, but the regions could not be told of ${untold} of them; sessions end and caches follow when each region next compares them with the table`,
    );
  }
  if (end.status === "rejected") throw end.reason;
  return end.value;
}
