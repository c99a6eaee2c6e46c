import { subjects } from "../../app/contract/subjects.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import type { Inbox } from "./clients.ts";

/** Alerts that say which one they are. */
export const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `{"n":${from + i}}`);

export const alertsOf = (...inboxes: readonly Inbox[]): string[] =>
  inboxes.flatMap(({ received }) => received.map(({ payload }) => payload));

/** Each as it came first. */
export const distinct = (...inboxes: readonly Inbox[]): string[] => [
  ...new Set(alertsOf(...inboxes)),
];

/** Stores alerts as an inspector does, one after the other. */
export async function storeAlerts(
  inspector: NatsConnection,
  clientId: string,
  payloads: readonly string[],
): Promise<void> {
  for (const payload of payloads) {
    await jetstream(inspector).publish(subjects.alerts(clientId), payload);
  }
}
