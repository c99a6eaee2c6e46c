import { nowMs } from "../contract/headers.ts";
import { mirrorApi } from "../contract/peers.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { runProcess } from "../shared/lifecycle.ts";
import { connectProcess } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { CatchUps } from "./catch-ups.ts";
import { createDelivery } from "./delivery.ts";
import { createDeliveryMetrics } from "./delivery-metrics.ts";
import { DeviceLine } from "./device-line.ts";
import { EndedSessions } from "./ended-sessions.ts";
import { readDeliveryEnvironment } from "./environment.ts";
import { KeptAlerts } from "./kept-alerts.ts";
import { LastSeenStore } from "./last-seen-store.ts";
import { MirrorSender } from "./mirror-sender.ts";
import { alertSources } from "./missed-alerts.ts";
import { PositionLog } from "./position-log.ts";
import { ReadingTurns } from "./reading-turns.ts";
import { Resumes } from "./resumes.ts";
import { SendingTurn } from "./sending-turn.ts";
import { SessionSweep } from "./session-sweep.ts";
import { Unsubscribed } from "./unsubscribed.ts";

const user = "delivery";
/** A device subscribes soon after it has connected. */
const subscribesWithinMs = 10_000;

await runProcess(
  "delivery",
  readDeliveryEnvironment,
  async (environment, { metrics: registry, log }) => {
    const metrics = createDeliveryMetrics(registry);
    const connection = await connectProcess(user, environment, log);
    let interruptions = 0;
    const watch = new NatsWatch(connection, () => {
      interruptions++;
      metrics.interruptions.inc();
    });
    const publisher = new AcknowledgedPublisher(connection, user);
    const store = new LastSeenStore(connection, publisher);
    const { PEERS: peers } = environment;
    const positionLog = new PositionLog({ connection, publisher, peers });
    await positionLog.load(log);
    const overlapMs = environment.OVERLAP_SECONDS * 1_000;
    const sweepMs = environment.SWEEP_SECONDS * 1_000;
    const line = new DeviceLine(connection, user);
    const kept = new KeptAlerts(connection);
    const turns = new ReadingTurns();
    const sources = alertSources({
      ...{ connection, peers, log, positions: positionLog.positions },
      onAnswer: (ms) => turns.pace.stored(ms),
    });
    const indexers = sources.map(({ indexer }) => indexer);
    const shared = {
      ...{ sources, line, store, kept, metrics, log },
      interruptions: () => indexers.reduce((sum, { restarts }) => sum + restarts, interruptions),
    };
    const mirrorSenders = peers.map(
      (peer) =>
        new MirrorSender({
          ...{ connection, peer, api: mirrorApi(peer), line, log },
          turn: new SendingTurn({
            ...{ connection, publisher, peer, replica: environment.REPLICA },
            clock: () => performance.now(),
          }),
          interruptions: () => interruptions,
          onSent: (alerts) => metrics.mirrored.inc(alerts),
        }),
    );
    metrics.watchTurns(
      mirrorSenders.map((sender) => ({ peer: sender.peer, held: () => sender.held() })),
    );
    const catchUps = new CatchUps({
      ...shared,
      turns,
      alertsPerSecond: environment.ALERTS_PER_SECOND,
      deviceAlertsPerSecond: environment.DEVICE_ALERTS_PER_SECOND,
      room: environment.WAITING_DEVICES,
    });
    return createDelivery({
      resumes: new Resumes({ ...shared, catchUps }),
      ...{
        connection,
        watch,
        indexers,
        mirrorSenders,
        catchUps,
        positionLog,
        metrics,
        log,
        sweepMs,
      },
      unsubscribed: new Unsubscribed({
        ...{ store, log, afterMs: Math.min(subscribesWithinMs, overlapMs / 2) },
      }),
      ended: new EndedSessions({ store, overlapMs, metrics, log }),
      sweep: new SessionSweep({ connection, store, catchUps, youngMs: sweepMs, clock: nowMs }),
    });
  },
);
