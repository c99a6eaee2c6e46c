import { setTimeout as delay } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { inParallel } from "../../app/registry/batches.ts";

const atOnce = 200;
const limitMs = 5_000;

/** Ends connections, without waiting long for any of them. */
export async function leave(clients: readonly MqttClient[]): Promise<void> {
  await inParallel(clients, atOnce, async (client) => {
    await Promise.race([client.endAsync(true), delay(limitMs, undefined, { ref: false })]);
  });
}
