import { isClientId } from "../contract/client-id.ts";
import { crossings } from "../contract/crossings.ts";
import { subjects } from "../contract/subjects.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { Msg, NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { type Use, useOfHeld, useOfReport, useOfSessionChange } from "./allowances.ts";
import type { DeviceMeters } from "./device-meters.ts";
import type { Enforcer } from "./enforcer.ts";
import { LostReports } from "./lost-reports.ts";
import type { MeterMetrics } from "./meter-metrics.ts";
import { clientOfHeld, clientOfSession } from "./mqtt-layer.ts";

export interface MeterOptions {
  readonly connection: NatsConnection;
  readonly meters: DeviceMeters;
  readonly enforcer: Enforcer;
  readonly metrics: MeterMetrics;
  readonly log: Logger;
  /** Milliseconds since 1970, from a clock that does not jump. */
  readonly clock: () => number;
}

const reportPrefix = subjects.reports("");

/**
 * Counts what devices send, beside the streams and not behind them: so a flood shows at once, however
 * long inspection takes.
 *
 * Every replica counts everything. Shares of the devices would need to be handed over when a replica
 * ends, and limits divided by replicas would depend on how evenly one device's messages are spread.
 */
export function createMeter(options: MeterOptions): Running {
  const { connection, meters, enforcer, metrics, log, clock } = options;
  const watch = new NatsWatch(connection);
  metrics.watchDevices(() => meters.size);
  const losses = new LostReports({ connection, metrics, log });
  void followInterruptions(connection, () => {
    metrics.interruptions.inc();
    losses.interrupted();
  });

  const count = (clientId: string | undefined, use: Use) => {
    if (clientId === undefined || !isClientId(clientId)) {
      metrics.unreadable.inc();
      return;
    }
    const limit = meters.count(clientId, use, clock());
    if (limit !== undefined) enforcer.enforce({ clientId, limit });
  };
  const subscribe = (subject: string, take: (message: Msg) => void) =>
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) log.error({ err: error, subject }, "what devices send cannot be counted");
        else take(message);
      },
    });
  const subscriptions = [
    subscribe(crossings.reportsToMeter.as, ({ subject, data }) => {
      metrics.messages.inc({ kind: "report" });
      metrics.bytes.inc(data.length);
      losses.crossed();
      count(subject.slice(reportPrefix.length), useOfReport(data.length));
    }),
    subscribe(crossings.sessionsToMeter.as, ({ data }) => {
      metrics.messages.inc({ kind: "session" });
      count(clientOfSession(data), useOfSessionChange);
    }),
    subscribe(crossings.heldToMeter.as, ({ subject, data }) => {
      metrics.messages.inc({ kind: "held" });
      count(clientOfHeld(subject), useOfHeld(data.length));
    }),
  ];

  return {
    notReady: () => watch.missing(),
    drain: async () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
      await losses.drain();
      await enforcer.drain();
      await watch.close();
    },
  };
}

/** A server closes the connection of a reader that is too slow, too. */
async function followInterruptions(connection: NatsConnection, interrupted: () => void) {
  for await (const { type } of connection.status()) if (type === "disconnect") interrupted();
}
