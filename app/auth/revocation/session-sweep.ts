import { type DeviceBatch, readBatchSize } from "../../registry/device-batch.ts";
import { type SessionFault, sessionFault } from "../callout/session-proof.ts";
import type { LiveSession, LiveSessions } from "./live-sessions.ts";

export interface SessionSweepOptions {
  readonly sessions: Pick<LiveSessions, "all">;
  /** Reads at most `readBatchSize` ids, of the table's copy in this region. */
  readonly read: (clientIds: readonly string[]) => Promise<DeviceBatch>;
  /** The same, with everything that this copy has acknowledged: twice as dear. */
  readonly readConsistently: (clientIds: readonly string[]) => Promise<DeviceBatch>;
  /** Tells of a device whose session has to end. */
  readonly tell: (clientId: string, version: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFault: (session: LiveSession, fault: SessionFault) => void;
}

/**
 * Compares every live session with the registry, whatever has changed it: a direct write into the
 * table, a change that nobody could tell of, a region that was cut off.
 *
 * Returns how many sessions it has looked at. Rejects when servers or table cannot be asked.
 */
export async function sweepSessions(options: SessionSweepOptions): Promise<number> {
  let looked = 0;
  for await (const page of options.sessions.all()) {
    for (let at = 0; at < page.length; at += readBatchSize) {
      await sweepBatch(options, page.slice(at, at + readBatchSize));
    }
    looked += page.length;
  }
  return looked;
}

async function sweepBatch(
  options: SessionSweepOptions,
  sessions: readonly LiveSession[],
): Promise<void> {
  const suspects = faulty(await readOf(sessions, options.read), sessions, options.clock());
  if (suspects.length === 0) return;
  // A read that is not consistent may show an older record than the login saw.
  const suspected = suspects.map(({ session }) => session);
  const batch = await readOf(suspected, options.readConsistently);
  const faults = faulty(batch, suspected, options.clock());
  for (const { session, fault } of faults) options.onFault(session, fault);
  for (const clientId of new Set(faults.map(({ session }) => session.clientId))) {
    await options.tell(clientId, batch.found.get(clientId)?.version ?? 0);
  }
}

const readOf = (sessions: readonly LiveSession[], read: SessionSweepOptions["read"]) =>
  read([...new Set(sessions.map(({ clientId }) => clientId))]);

/** What was not read says nothing against a session, nor does one that is not a device's. */
function faulty(batch: DeviceBatch, sessions: readonly LiveSession[], nowMs: number) {
  const unread = new Set(batch.unread);
  const damaged = new Set(batch.unreadable.map(({ clientId }) => clientId));
  return sessions.flatMap((session): { session: LiveSession; fault: SessionFault }[] => {
    const { clientId, proof } = session;
    if (proof === undefined || unread.has(clientId)) return [];
    // With such a record nobody is admitted: whoever damages one must not stay either.
    if (damaged.has(clientId)) return [{ session, fault: "damaged" }];
    const fault = sessionFault(proof, batch.found.get(clientId), nowMs);
    return fault ? [{ session, fault }] : [];
  });
}
