import type { MqttClient } from "mqtt";
import { upstreamFilter, upstreamNotes } from "../contract/subjects.ts";
import { randomMark } from "./sequence.ts";

const noMatchingSubscribers = 16;

/**
 * Subscribes, on each connection: Mosquitto before 2.0.12 forgets some subscriptions of a session
 * that it says it has.
 *
 * Where the session held no subscriptions, the other bridge is told first. So from any crash in
 * between at worst one such note too many remains, never a session that it takes for an old one.
 */
export async function subscribe(
  client: MqttClient,
  { session, sessionPresent }: { session: string; sessionPresent: boolean },
): Promise<void> {
  const probe = upstreamNotes.probe(session);
  const subscribed = await hasSubscriber(client, probe);
  // QoS 0 in front of the subscription on the same connection: the broker sees both in this order.
  if (!sessionPresent || !subscribed) client.publish(upstreamNotes.beginnings, "");
  const { marks, beginnings } = upstreamNotes;
  // rh 2: a retained message is not sent again with each subscription. It came when it was published.
  await client.subscribeAsync([upstreamFilter, marks, beginnings, probe], { qos: 1, rh: 2 });
}

/**
 * Publishes a mark, with QoS 0: it is never sent twice, and what the broker does not get is missed by
 * nobody. In the sessions it is kept like any message.
 */
export function publishMark(client: MqttClient): string {
  const mark = randomMark();
  client.publish(upstreamNotes.marks, mark);
  return mark;
}

/** What is of no use after a while. */
export interface ShortLived {
  readonly topic: string;
  readonly payload: string;
  readonly expirySeconds: number;
}

/** So many bytes may wait until the broker reads them: seconds' worth. */
const unreadLimitBytes = 1024 ** 2;

/** Publishes with QoS 0; false when the broker does not keep up with reading. */
export function publishUnlessBusy(client: MqttClient, message: ShortLived): boolean {
  if (client.stream.writableLength > unreadLimitBytes) return false;
  const { topic, payload, expirySeconds: messageExpiryInterval } = message;
  client.publish(topic, payload, { properties: { messageExpiryInterval } });
  return true;
}

/** MQTT.js takes "no matching subscribers" for a success like any other. */
async function hasSubscriber(client: MqttClient, topic: string): Promise<boolean> {
  let reasonCode: number | undefined;
  const watch = (packet: { cmd: string; reasonCode?: number }) => {
    if (packet.cmd === "puback") reasonCode = packet.reasonCode;
  };
  client.on("packetreceive", watch);
  try {
    await client.publishAsync(topic, "", { qos: 1 });
  } finally {
    client.off("packetreceive", watch);
  }
  return reasonCode !== noMatchingSubscribers;
}
