import type { StoredMessage } from "../shared/stored-messages.ts";
import { type AlertSource, alertBatch } from "./missed-alerts.ts";

/** Alerts of one device, the first with sequence 1 and stored at 1. */
export function storedAlerts(payloads: readonly string[]): AlertSource {
  const alerts = payloads.map(
    (payload, i) =>
      ({
        sequence: i + 1,
        storedAt: i + 1,
        data: Buffer.from(payload),
      }) as unknown as StoredMessage,
  );
  const from = (place: Parameters<AlertSource["read"]>[1]) =>
    alerts.filter(({ sequence, storedAt }) =>
      "sequence" in place ? sequence >= place.sequence : storedAt >= place.since,
    );
  return {
    placeAt: (since) => ({ since }),
    whenAtHand: async () => {},
    read: async (_, place, limit = alertBatch) => {
      const found = from(place).slice(0, limit);
      const last = found.at(-1);
      const next = last ? { sequence: last.sequence + 1 } : place;
      return { alerts: found, more: found.length === limit, next };
    },
    has: async (_, place) => from(place).length > 0,
  };
}
