import { crossings } from "../contract/crossings.ts";
import type { Running } from "../shared/lifecycle.ts";
import { useOfHeld, useOfSessionChange } from "./allowances.ts";
import type { Metering } from "./metering.ts";
import { clientOfHeld, clientOfSession } from "./mqtt-layer.ts";

/**
 * Counts what devices do to their sessions, and what they hold back at QoS 2. The gate beside each
 * edge counts their reports.
 *
 * Every replica counts everything. Shares of the devices would need to be handed over when a replica
 * ends, and limits divided by replicas would depend on how evenly one device's messages are spread.
 */
export function createMeter(metering: Metering): Running {
  const { metrics } = metering;
  const ends = [
    metering.subscribe(crossings.sessionsToMeter.as, ({ data }) => {
      metrics.messages.inc({ kind: "session" });
      metering.count(clientOfSession(data), useOfSessionChange);
    }),
    metering.subscribe(crossings.heldToMeter.as, ({ subject, data }) => {
      metrics.messages.inc({ kind: "held" });
      metering.count(clientOfHeld(subject), useOfHeld(data.length));
    }),
  ];
  return {
    notReady: metering.notReady,
    drain: async () => {
      for (const end of ends) end();
      await metering.drain();
    },
  };
}
