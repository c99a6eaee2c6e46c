import { setTimeout as pause } from "node:timers/promises";
import { AuditUnavailable } from "../../audit/announced.ts";
import { publishHead } from "../../audit/head-exchange.ts";
import { openRegistryAudit, type RegistryAudit } from "../../audit/registry-audit.ts";
import { AcknowledgedPublisher } from "../../shared/acknowledged-publisher.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { connectOperator } from "../nats-session.ts";
import { OperatorError } from "../operator-error.ts";
import type { Variables } from "../operator-settings.ts";
import { operatorSigner } from "./operator-keys.ts";

/** So long the end of the chain may take to reach the others; they may hear of it no more. */
const lastFlushMs = 1_000;
const announceMs = 10_000;
const drainMs = 15_000;
/** Of records that say of a change only that it was not made. */
const shortDrainMs = 1_000;

/** By what a task records its changes ahead. */
export type Journals = Pick<RegistryAudit, "journal" | "exceptions" | "publisherKeys">;

/**
 * Gives a task the journals without which nothing may be changed. Before the task it must be
 * possible to log in to NATS; after it, every record must be stored.
 */
export async function withJournals<T>(
  variables: Variables,
  task: (journals: Journals, connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const signer = operatorSigner(variables);
  const connection = await connectOperator(variables);
  const publisher = new AcknowledgedPublisher(connection, "operator");
  const audit = openRegistryAudit({
    js: publisher,
    name: "sentinel",
    signer,
    announceMs,
    onRetry: () => {},
  });
  const [end] = await Promise.allSettled([task(audit, connection)]);
  const unavailable = end.status === "rejected" && end.reason instanceof AuditUnavailable;
  const { records, untold } = await audit.drain(unavailable ? shortDrainMs : drainMs);
  publishHead(connection, "registry", audit.outbox.settledHead());
  await Promise.race([connection.flush().catch(() => {}), pause(lastFlushMs)]);
  publisher.close();
  await connection.close();
  if (unavailable) throw new OperatorError(end.reason.message, { cause: end.reason });
  if (records.length > 0) {
    throw new OperatorError(
      `the changes were written, but AUDIT did not take ${records.length} records of how they ended; it holds their announcements`,
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
