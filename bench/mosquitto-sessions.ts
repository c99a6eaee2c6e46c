import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import mqtt, { type MqttClient } from "mqtt";
import { topics } from "../app/contract/subjects.ts";
import { startMosquittoAlone } from "./mosquitto-alone.ts";
import type { Return } from "./returning/clocks.ts";

const limitMs = 120_000;

export interface Missed {
  readonly devices: number;
  /** Payloads that each of them misses, in order. */
  readonly payloads: readonly string[];
}

/**
 * What devices missed, out of the sessions that Mosquitto keeps for them in memory: no login, no copy, no
 * disk. They had subscribed, were away, and connect again all at once. Their sessions are subscribed already, so
 * what they missed comes as soon as they are connected.
 */
export async function sessionsOfMosquitto({ devices, payloads }: Missed): Promise<Return[]> {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-bench-"));
  const { target, broker } = await startMosquittoAlone(directory, 1);
  const ca = readFileSync(target.caFile);
  const secureContext = createSecureContext({ ca });
  const settings = { protocolVersion: 4 as const, reconnectPeriod: 0, clean: false };
  const options = { ...settings, username: "bench", ...{ secureContext } };
  const connect = (clientId: string) =>
    mqtt.connectAsync(target.upstreamUrl, { ...options, clientId }, false);
  const ids = Array.from({ length: devices }, (_, n) => `away-${n}`);
  try {
    for (const id of ids) {
      const client = await connect(id);
      await client.subscribeAsync(topics.alerts(id), { qos: 1 });
      await client.endAsync();
    }
    const publisher = await connect("publisher");
    for (const payload of payloads) {
      await Promise.all(
        ids.map((id) => publisher.publishAsync(topics.alerts(id), payload, { qos: 1 })),
      );
    }
    await publisher.endAsync();
    return await Promise.all(
      ids.map((clientId) =>
        comeBack({ ...options, clientId }, { url: target.upstreamUrl, payloads }),
      ),
    );
  } finally {
    await broker.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A session's messages come right behind its CONNACK, so who hears them is there before. */
async function comeBack(
  options: mqtt.IClientOptions,
  { url, payloads }: { readonly url: string; readonly payloads: readonly string[] },
): Promise<Return> {
  const begunMs = performance.now();
  let subscribedMs: number | undefined;
  const client: MqttClient = mqtt.connect(url, options);
  client.on("connect", () => {
    subscribedMs = performance.now();
  });
  const got: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const late = () => new Error(`${options.clientId} got ${got.length} of ${payloads.length}`);
    setTimeout(() => reject(late()), limitMs).unref();
    client.on("error", reject);
    client.on("message", (_topic, payload) => {
      got.push(payload.toString());
      if (got.length === payloads.length) resolve();
    });
  });
  const completeMs = performance.now();
  if (got.some((each, n) => each !== payloads[n]))
    throw new Error(`${options.clientId} got ${got}`);
  await client.endAsync(true);
  return { begunMs, subscribedMs, completeMs };
}
