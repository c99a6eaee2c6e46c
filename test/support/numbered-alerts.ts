import { randomUUID } from "node:crypto";
import { headers as headerNames } from "../../app/contract/headers.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { jetstream, messageHeaders, type NatsConnection } from "../../app/shared/nats.ts";
import { storeMessage } from "../../app/shared/store-message.ts";
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

const storeLimitMs = 60_000;

/**
 * Stores an alert as an inspector does, again and again, until it is stored, and sends it.
 *
 * @returns its sequence in MQTT_ALERTS.
 */
export async function storeAlert(
  inspector: NatsConnection,
  clientId: string,
  payload: string,
): Promise<number> {
  const headers = messageHeaders();
  headers.set(headerNames.messageId, randomUUID());
  const { seq } = await storeMessage(
    jetstream(inspector),
    subjects.alerts(clientId),
    Buffer.from(payload),
    {
      ...{ headers, signal: AbortSignal.timeout(storeLimitMs), onRetry() {} },
    },
  );
  inspector.publish(subjects.delivery(clientId), payload);
  return seq;
}

/** Stores and sends them one after the other. */
export async function storeAlerts(
  inspector: NatsConnection,
  clientId: string,
  payloads: readonly string[],
): Promise<void> {
  for (const payload of payloads) await storeAlert(inspector, clientId, payload);
}
