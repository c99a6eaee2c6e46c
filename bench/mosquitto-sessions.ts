import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import { topics } from "../app/contract/subjects.ts";
import { startMosquittoAlone } from "./mosquitto-alone.ts";

export interface Missed {
  readonly devices: number;
  /** Payloads that each of them misses, in order. */
  readonly payloads: readonly string[];
}

/**
 * What devices missed, out of the sessions that Mosquitto keeps for them in memory: no login, no copy, no
 * disk. They had subscribed, were away, and connect again all at once.
 *
 * @returns how long each took from its connecting until it had everything, in milliseconds, and all of them.
 */
export async function sessionsOfMosquitto({ devices, payloads }: Missed) {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-bench-"));
  const { target, broker } = await startMosquittoAlone(directory, 1);
  const ca = readFileSync(target.caFile);
  const settings = { ca, protocolVersion: 4 as const, reconnectPeriod: 0, clean: false };
  const connect = (clientId: string) =>
    mqtt.connectAsync(target.upstreamUrl, { ...settings, clientId, username: "bench" }, false);
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
    const begun = performance.now();
    const took = await Promise.all(
      ids.map((id) => comeBack(id, { url: target.upstreamUrl, ...settings }, payloads)),
    );
    return { allMs: performance.now() - begun, took };
  } finally {
    await broker.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A session's messages come right behind its CONNACK, so who hears them is there before. */
async function comeBack(
  clientId: string,
  { url, ...settings }: { readonly url: string } & mqtt.IClientOptions,
  payloads: readonly string[],
): Promise<number> {
  const begun = performance.now();
  const client: MqttClient = mqtt.connect(url, { ...settings, clientId, username: "bench" });
  const got: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client.on("error", reject);
    client.on("message", (_topic, payload) => {
      got.push(payload.toString());
      if (got.length === payloads.length) resolve();
    });
  });
  const tookMs = performance.now() - begun;
  if (got.some((each, n) => each !== payloads[n])) throw new Error(`${clientId} got ${got}`);
  await client.endAsync(true);
  return tookMs;
}
