import { isClientId } from "../contract/client-id.ts";
import { crossings } from "../contract/crossings.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { Msg, NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { type Use, useOfHeld, useOfSessionChange } from "./allowances.ts";
import type { DeviceMeters } from "./device-meters.ts";
import type { Enforcer } from "./enforcer.ts";
import { followInterruptions } from "./interruptions.ts";
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

/**
 * Counts what devices do to their sessions, and what they hold back at QoS 2. The gate beside each
 * edge counts their reports.
 *
 * Every replica counts everything. Shares of the devices would need to be handed over when a replica
 * ends, and limits divided by replicas would depend on how evenly one device's messages are spread.
 */
export function createMeter(options: MeterOptions): Running {
  const { connection, meters, enforcer, metrics, log, clock } = options;
  const watch = new NatsWatch(connection);
  metrics.watchDevices(() => meters.size);
  void followInterruptions(connection, () => metrics.interruptions.inc());

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
      await enforcer.drain();
      await watch.close();
    },
  };
}
