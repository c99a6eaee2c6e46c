import type { Registry } from "prom-client";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import type { ProcessContext, Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { AbsentTwin, endSession } from "./absent-twin.ts";
import { createBridgeMetrics } from "./bridge-metrics.ts";
import { Confirmations } from "./confirmations.ts";
import { type Held, Intake } from "./intake.ts";
import { Pair } from "./pair.ts";
import { Pause } from "./pause.ts";
import { Receiver } from "./receiver.ts";
import { listen, tell } from "./statements.ts";
import { createStrays } from "./strays.ts";
import { openUpstreamSession, type UpstreamSettings } from "./upstream-session.ts";
import { watchUpstream } from "./upstream-watch.ts";

export interface BridgeArgs {
  /** Name of this replica, by which the other one tells it from itself. */
  readonly replica: string;
  readonly upstream: UpstreamSettings;
  /** How the user logs in who reads what is published where no alerts belong, if there is one. */
  readonly watcher?: UpstreamSettings | undefined;
  /** Client id at the upstream broker of the replica of this name. */
  readonly sessionOf: (replica: string) => string;
  /** Closed by the bridge's drain. */
  readonly nats: NatsConnection;
  readonly metrics: Registry;
  readonly log: Logger;
  readonly fatal: ProcessContext["fatal"];
  /** What may be held until it is stored, as `Intake.heldBytes` counts it. Beyond it, a pause. */
  readonly holdLimitBytes: number;
  /** The longest pause, 10 minutes by default: well below the expiry of the broker's session. */
  readonly pauseLimitMs?: number;
  /**
   * How long a drain waits for what was taken, 15 s by default. What is left then is not lost: the
   * upstream broker still has it.
   */
  readonly drainLimitMs?: number;
}

/**
 * Moves alerts from the upstream broker into INGRESS, and what cannot be taken into DEAD_LETTER.
 *
 * Two replicas, each with a session of its own, receive the same messages. One of them stores, the
 * other keeps what is not stored yet: so one can be absent and nobody notices. See `Pair`.
 */
export function createBridge(args: BridgeArgs): Running {
  const { replica, upstream, nats, metrics, log, fatal, holdLimitBytes } = args;
  const { pauseLimitMs = 600_000, drainLimitMs = 15_000 } = args;
  const natsWatch = new NatsWatch(nats);
  const publisher = new AcknowledgedPublisher(nats, "bridge");
  let draining = false;

  const counts = createBridgeMetrics(metrics, {
    inFlight: () => intake.size,
    heldBytes: () => intake.heldBytes,
    paused: () => pause.active,
    upstreamConnected: () => session.missing() === undefined,
    leads: () => pair.leads,
    backlogBytes: () => watch.backlogBytes(),
    backlogMessages: () => watch.backlogMessages(),
  });
  const confirmations: Confirmations = new Confirmations({
    publish: (message) => session.publish(message),
    counts,
  });
  const intake: Intake = new Intake({
    ...{ js: publisher, holdLimitBytes, confirmations, counts, log, fatal },
    onEmpty: () => pause.end(),
    onAcknowledged: ({ name, note }) => pair.passed(name, { atOnce: note }),
  });
  const pair = new Pair<Held>({
    replica,
    store: (held) => intake.store(held),
    confirm: (held) => intake.confirm(held),
    forget: (held) => intake.forget(held),
    tell: (statement) => tell(nats, statement),
    reachableSinceMs: () => natsWatch.sinceMs(),
    onLead() {
      counts.takeovers.inc();
      log.info("leading");
      // Whatever kept the two apart, they count from the same place again.
      session.mark();
    },
  });
  listen(nats, (statement) => pair.hear(statement));
  const receiver = new Receiver({
    ...{ intake, pair },
    onFull: () => pause.begin(),
    onSkipped: (messages) => counts.expired.inc(messages),
  });
  const session = openUpstreamSession(
    upstream,
    {
      onMessage(message) {
        // Left unacknowledged, for our next start; the other replica works on meanwhile.
        if (!draining) receiver.take(message);
      },
      onNewSession: () => receiver.newSession(),
      onSubscribed: (mark) => receiver.await(mark),
      onDisconnected: () => pair.disconnected(),
    },
    log,
  );
  const watch = watchUpstream({
    settings: args.watcher ?? upstream,
    ...(args.watcher && {
      onStray: createStrays({ js: publisher, leads: () => pair.leads, counts }),
    }),
    log,
  });
  const absentTwin = new AbsentTwin({
    covers: () => pair.covers && session.missing() === undefined,
    heard: () => pair.heard,
    storedMs: () => intake.storedMs,
    discard: (name) => endSession({ ...upstream, clientId: args.sessionOf(name) }),
    onDiscard: () => counts.discarded.inc(),
    log,
  });
  const pause = new Pause({ session, intake, limitMs: pauseLimitMs, log });
  void nats.closed().then((error) => {
    if (!draining) fatal("the NATS connection ended for good", error ?? undefined);
  });

  return {
    notReady: () => pause.missing() ?? session.missing() ?? natsWatch.missing(),
    async drain() {
      draining = true;
      absentTwin.end();
      pause.forbid();
      await intake.settle(drainLimitMs);
      const messages = intake.size;
      if (messages > 0) log.warn({ messages }, "not stored in time, left to the upstream broker");
      intake.giveUp("draining");
      pair.end();
      confirmations.flush();
      await Promise.all([session.close(), watch.close()]);
      publisher.close();
      await natsWatch.close();
    },
  };
}
