import { createHash } from "node:crypto";

/**
 * The MQTT 5 user property by which a publisher says that two publishes are one alert. MQTT 3.1.1
 * knows no properties: there, two publishes are two alerts.
 */
export const alertIdProperty = "alert-id";

/** Printable ASCII only: the id becomes part of a header value. */
const usableId = /^[\x21-\x7e]{1,128}$/;
export const alertIdRule = "1 to 128 printable ASCII characters without blanks";

/** Whether a publisher's id counts as one. */
export function isAlertId(value: string): boolean {
  return usableId.test(value);
}

/**
 * The identity under which JetStream removes repetitions of an alert whose publisher gave it an id;
 * undefined for an id that cannot stand in a header.
 *
 * The client comes from the topic, so no client can use up another's ids. The hash is there so that
 * a changed alert under a used id is not taken for a repetition.
 */
export function alertMessageId(
  clientId: string,
  alertId: string,
  payload: Uint8Array,
): string | undefined {
  if (!isAlertId(alertId)) return undefined;
  return `${clientId}:${alertId}:${payloadDigest(payload)}`;
}

/**
 * The id that its publisher gave the alert of this identity; undefined where it gave none. A name that
 * a bridge gives an alert is no such identity: its last part is shorter.
 */
export function alertIdIn(
  messageId: string,
  { clientId, payloadSha256 }: { readonly clientId: string; readonly payloadSha256: string },
): string | undefined {
  const [start, end] = [`${clientId}:`, `:${payloadSha256.slice(0, digestDigits)}`];
  if (!messageId.startsWith(start) || !messageId.endsWith(end)) return undefined;
  const alertId = messageId.slice(start.length, -end.length);
  return isAlertId(alertId) ? alertId : undefined;
}

const digestDigits = 16;

/** 64 hexadecimal digits. */
export const payloadSha256 = (payload: Uint8Array): string =>
  createHash("sha256").update(payload).digest("hex");

/** The beginning of the payload's SHA-256: 16 hexadecimal digits. */
export const payloadDigest = (payload: Uint8Array): string =>
  payloadSha256(payload).slice(0, digestDigits);
