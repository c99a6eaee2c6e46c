import { setTimeout as delay } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { upstreamNotes } from "../contract/subjects.ts";

const closeLimitMs = 3_000;

/** How far a session was acknowledged when its process left it. */
export interface Leaving {
  readonly session: string;
  /** Packet id; undefined when nothing of it was. */
  readonly acknowledged: number | undefined;
}

/**
 * Leaves it to the broker to hang up, after it has read what was acknowledged: to destroy a stream
 * that still brings messages would destroy the acknowledgements on their way too.
 */
export function disconnect(client: MqttClient): void {
  const { stream } = client;
  if (!client.connected) return void stream.destroy();
  client["_sendPacket"]({ cmd: "disconnect", reasonCode: 0 });
  const limit = setTimeout(() => stream.destroy(), closeLimitMs);
  stream.once("close", () => clearTimeout(limit));
}

/**
 * Disconnects for good. How far the session was acknowledged waits in the session itself for the next
 * process, and goes with it. Does not wait for a broker that hangs: it would hold up the end of the process.
 */
export async function end(client: MqttClient, leaving: Leaving | undefined): Promise<void> {
  const left = leave(client, leaving)
    .catch(() => {})
    .then(() => client.endAsync());
  await Promise.race([left, delay(closeLimitMs, undefined, { ref: false })]);
  // Where it hangs before it was told: MQTT.js would connect again.
  if (!client.disconnecting) client.end(true);
  client.stream.destroy();
}

async function leave(client: MqttClient, leaving: Leaving | undefined): Promise<void> {
  if (leaving?.acknowledged === undefined) return;
  const { session, acknowledged } = leaving;
  await client.publishAsync(upstreamNotes.probe(session), String(acknowledged), { qos: 1 });
}

/** The packet id of a note that `end` left; undefined for any other note. */
export function acknowledgedBefore(topic: string, payload: Uint8Array): number | undefined {
  if (!topic.startsWith(upstreamNotes.probe(""))) return undefined;
  const text = Buffer.from(payload).toString();
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return undefined;
  const packetId = Number(text);
  return packetId <= 65_535 ? packetId : undefined;
}
