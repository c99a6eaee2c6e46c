import { nowMs } from "../../contract/headers.ts";
import { emptiesCaches, parseChange, type ToldChange } from "../../registry/change-message.ts";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import { tellChange } from "../../registry/tell-change.ts";
import type { Logger } from "../../shared/log.ts";
import { jetstream } from "../../shared/nats.ts";
import type { DeviceCache } from "../cache/device-cache.ts";
import type { AuthConnections } from "../connections.ts";
import { ChangedSessions } from "./changed-sessions.ts";
import { followChanges } from "./follow-changes.ts";
import { LiveSessions } from "./live-sessions.ts";
import type { createRevocationMetrics } from "./revocation-metrics.ts";
import { SessionCloser } from "./session-closer.ts";
import { sweepSessions } from "./session-sweep.ts";
import { shareChanges } from "./share-changes.ts";
import { takeSweepTurns } from "./sweep-turns.ts";

export interface RevocationOptions {
  readonly connections: Omit<AuthConnections, "callout">;
  readonly caches: readonly Pick<DeviceCache, "invalidate">[];
  readonly registry: Pick<DeviceRegistry, "getMany">;
  /** Its reads are consistent. */
  readonly consistentRegistry: Pick<DeviceRegistry, "getMany">;
  readonly sweepSeconds: number;
  readonly metrics: ReturnType<typeof createRevocationMetrics>;
  readonly log: Logger;
}

/** How long a sweep waits until a change that it found is told. */
const tellLimitMs = 10_000;

/**
 * Makes changes of the registry bite: every change of any region empties the caches here and closes
 * the device's sessions, and every session is compared with the registry now and then.
 */
export function startRevocation(options: RevocationOptions): { readonly stop: () => void } {
  const { connections, caches, metrics, log } = options;
  const live = new LiveSessions(connections.system.connection);
  const closer = new SessionCloser({
    sessions: live,
    onClosed: ({ clientId }) => {
      metrics.sessionsClosed.inc();
      log.info({ client: clientId }, "session closed");
    },
  });
  const changed = new ChangedSessions({
    closer,
    clock: nowMs,
    log,
    onFailure: () => metrics.closingFailures.inc(),
  });
  metrics.watchOpen(() => changed.open);
  const forget = ({ clientId, version }: ToldChange) => {
    metrics.changesFollowed.inc();
    for (const cache of caches) cache.invalidate(clientId, version);
  };
  const sources = [connections.auth, ...connections.peers];
  const readers = sources.flatMap(({ connection }) => [
    followChanges({
      connection,
      log,
      onMessage: ({ subject, data }) => {
        const change = parseChange(subject, data);
        if (change && emptiesCaches(change.kind)) forget(change);
      },
    }),
    shareChanges({ connection, log, onMessage: (message) => changed.accept(message) }),
  ]);
  const turns = takeSweepTurns({
    js: jetstream(connections.auth.connection),
    everyMs: options.sweepSeconds * 1000,
    sweep: () => sweep(options, live),
    clock: nowMs,
    log,
  });
  return {
    stop: () => {
      turns.stop();
      for (const reader of readers) reader.stop();
      changed.stop();
    },
  };
}

async function sweep(options: RevocationOptions, live: LiveSessions): Promise<void> {
  const { connections, registry, consistentRegistry, metrics, log } = options;
  const tell = tellChange(jetstream(connections.auth.connection));
  try {
    const looked = await sweepSessions({
      sessions: live,
      read: (ids) => registry.getMany(ids),
      readConsistently: (ids) => consistentRegistry.getMany(ids),
      tell: (clientId, version) =>
        tell({ clientId, kind: "swept", version }, AbortSignal.timeout(tellLimitMs)),
      clock: nowMs,
      onFault: ({ clientId }, fault) => {
        metrics.faultFound(fault);
        log.warn({ client: clientId, fault }, "a session outlived the right of its device");
      },
    });
    metrics.sweptAt.setToCurrentTime();
    log.info({ sessions: looked }, "sessions compared with the registry");
  } catch (error) {
    metrics.sweepFailures.inc();
    throw error;
  }
}
