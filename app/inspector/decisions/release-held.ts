import { storedSubject } from "../../contract/calls.ts";
import { headers } from "../../contract/headers.ts";
import { subjects } from "../../contract/subjects.ts";
import type { HeldMessage } from "../../quarantine/held-message.ts";
import {
  type JetStreamClient,
  type MsgHdrs,
  messageHeaders,
  type NatsConnection,
} from "../../shared/nats.ts";
import { storeMessage } from "../../shared/store-message.ts";
import { readBatch } from "../../shared/stored-messages.ts";
import type { AlertSender } from "../pipeline/alert-sender.ts";
import type { HeldEntry } from "./decision-store.ts";

export interface ReleaseOptions {
  readonly nats: NatsConnection;
  readonly publisher: Pick<JetStreamClient, "publish">;
  /** Where alerts are stored. */
  readonly sender: Pick<AlertSender, "send" | "settled"> | undefined;
}

/** Under which identity a released message is stored: the same for every repetition. */
export const releasedId = ({ sequence, storedAt }: Pick<HeldMessage, "sequence" | "storedAt">) =>
  `released:${sequence}:${storedAt.toFixed(3)}`;

const destinationOf = ({ origin, clientId }: HeldMessage) =>
  origin === "upstream"
    ? ({ stream: "MQTT_ALERTS", subject: subjects.alerts(clientId) } as const)
    : ({ stream: "REPORTS", subject: subjects.reports(clientId) } as const);

/** What a released message carries of what it was held with; everything else is the servers' own. */
const kept = [
  ...[headers.received, headers.ingressStored, headers.inspected, headers.ingressSequence],
  ...[headers.origin, headers.verdict, headers.findings],
];

function headersOf({ message, stored }: HeldEntry): MsgHdrs {
  const fields = messageHeaders();
  for (const name of kept) {
    const value = stored.headers.get(name);
    if (value !== "") fields.set(name, value);
  }
  fields.set(headers.messageId, releasedId(message));
  fields.set(headers.released, String(message.sequence));
  return fields;
}

/** Shorter than the streams remember what they have stored. */
const rememberedMs = 60_000;
/** A stream that has lost nothing yet, or all by age, has not lost anything so young. */
const youngMs = 3_600_000;

/**
 * Delivers a held message, once however often it is repeated: its identity is that of its place, and
 * where the stream may have forgotten that, it is looked for. Where the stream does not go back to
 * when it was begun, it is not delivered: `uncertain`.
 *
 * @param begunAt when its release was first begun, in milliseconds since 1970.
 * @throws the signal's reason.
 */
export async function releaseHeld(
  { nats, publisher, sender }: ReleaseOptions,
  { entry, begunAt }: { readonly entry: HeldEntry; readonly begunAt: number },
  signal: AbortSignal,
): Promise<"delivered" | "uncertain"> {
  const { stream, subject } = destinationOf(entry.message);
  const payload = entry.stored.data;
  const id = releasedId(entry.message);
  const send = async (repeated: boolean) => {
    const right = { signal, held: () => !signal.aborted, keepsSent: true };
    if (stream === "MQTT_ALERTS") {
      await sender?.send({ subject, payload, id, repeated }, right);
      await sender?.settled();
    }
    return "delivered" as const;
  };
  if (Date.now() - begunAt > rememberedMs) {
    const place = { stream, subject, since: begunAt - rememberedMs };
    if (await isThere(nats, { ...place, id }, signal)) return send(true);
    if (!(await goesBack(nats, place))) return "uncertain";
  }
  const { duplicate } = await storeMessage(publisher, subject, payload, {
    ...{ headers: headersOf(entry), signal, onRetry: () => {} },
  });
  return send(duplicate);
}

interface Place {
  readonly stream: "MQTT_ALERTS" | "REPORTS";
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Whether what was stored since then is there still: streams drop their oldest, by age and by size. */
async function goesBack(nats: NatsConnection, { stream, since }: Place): Promise<boolean> {
  const request = { from: { sequence: 1 }, limit: 1, ask: storedSubject(stream) };
  const [first] = await readBatch(nats, stream, request);
  if (first && first.storedAt <= since) return true;
  const lostNothing = first === undefined || first.sequence === 1;
  return lostNothing && Date.now() - since < youngMs;
}

async function isThere(
  nats: NatsConnection,
  { id, ...place }: Place & { readonly id: string },
  signal: AbortSignal,
): Promise<boolean> {
  const { stream, subject: filter } = place;
  const ask = storedSubject(stream);
  for (let from: { since: number } | { sequence: number } = { since: place.since }; ; ) {
    signal.throwIfAborted();
    const batch = await readBatch(nats, stream, { from, filter, ask });
    if (batch.some((message) => message.headers.get(headers.messageId) === id)) return true;
    const last = batch.at(-1);
    if (!last) return false;
    from = { sequence: last.sequence + 1 };
  }
}
