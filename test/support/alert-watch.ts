import { setTimeout as delay } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, connectPublisher, registerDevice } from "./clients.ts";

/** What became of the alerts of one stretch of time. */
export interface Stretch {
  readonly sent: number;
  readonly arrived: number;
  readonly p50: number;
  readonly p99: number;
}

/** Some devices that get an alert in turn, at a steady pace, and how long each takes to arrive. */
export class AlertWatch {
  readonly #publisher: MqttClient;
  readonly #devices: readonly MqttClient[];
  readonly #ids: readonly string[];
  readonly #sentMs = new Map<string, number>();
  readonly #tookMs = new Map<string, number>();
  #count = 0;

  static async start(region: Region, ids: readonly string[]): Promise<AlertWatch> {
    const devices = [];
    for (const clientId of ids) {
      const password = await registerDevice(region, clientId);
      const { client } = await connectDevice(region, { clientId, password });
      await client.subscribeAsync(topics.alerts(clientId));
      devices.push(client);
    }
    const { client } = await connectPublisher(region, { clientId: `watch-${ids[0]}` });
    return new AlertWatch(client, devices, ids);
  }

  private constructor(publisher: MqttClient, devices: MqttClient[], ids: readonly string[]) {
    this.#publisher = publisher;
    this.#devices = devices;
    this.#ids = ids;
    for (const device of devices) {
      device.on("message", (_topic, payload) => {
        const { id } = JSON.parse(payload.toString()) as { id: string };
        const sentMs = this.#sentMs.get(id);
        if (sentMs !== undefined) this.#tookMs.set(id, performance.now() - sentMs);
      });
    }
  }

  /** Publishes for so long, waits for what is on its way, and sums up. */
  async stretch(name: string, seconds: number, perSecond: number): Promise<Stretch> {
    const ids: string[] = [];
    const begunMs = performance.now();
    while (ids.length < seconds * perSecond) {
      const id = `${name}-${this.#count++}`;
      const client = this.#ids[this.#count % this.#ids.length] ?? "";
      ids.push(id);
      this.#sentMs.set(id, performance.now());
      this.#publisher.publish(topics.alerts(client), JSON.stringify({ id }), { qos: 1 });
      const aheadMs = begunMs + (ids.length * 1000) / perSecond - performance.now();
      if (aheadMs > 1) await delay(aheadMs);
    }
    const arrived = () => ids.filter((id) => this.#tookMs.has(id));
    const endMs = performance.now() + 60_000;
    while (arrived().length < ids.length && performance.now() < endMs) await delay(50);
    const took = arrived()
      .map((id) => this.#tookMs.get(id) ?? 0)
      .sort((a, b) => a - b);
    const at = (part: number) => Math.round(took[Math.floor((took.length - 1) * part)] ?? 0);
    return { sent: ids.length, arrived: took.length, p50: at(0.5), p99: at(0.99) };
  }

  async stop(): Promise<void> {
    for (const client of [this.#publisher, ...this.#devices]) await client.endAsync(true);
  }
}
