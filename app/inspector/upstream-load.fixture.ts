import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Stored } from "../../test/support/inspection.ts";
import { headers, nowMs, timestamp } from "../contract/headers.ts";
import { alertMessageId } from "../contract/message-id.ts";
import { subjects } from "../contract/subjects.ts";
import {
  type JetStreamClient,
  jetstream,
  messageHeaders,
  type NatsConnection,
} from "../shared/nats.ts";
import { storeMessage } from "../shared/store-message.ts";

/** Stores one alert in INGRESS as the bridge does for a publisher who gives ids. */
export async function publishAlert(
  js: JetStreamClient,
  clientId: string,
  text: string,
): Promise<void> {
  const payload = Buffer.from(text);
  const all = messageHeaders();
  const { id = randomUUID() } = JSON.parse(text);
  all.set(headers.messageId, alertMessageId(clientId, String(id), payload) ?? "");
  all.set(headers.received, timestamp(nowMs()));
  const onRetry = () => {};
  await storeMessage(js, subjects.ingress("upstream", clientId), payload, {
    headers: all,
    onRetry,
  });
}

export interface UpstreamLoadOptions {
  readonly prefix: string;
  readonly clients: number;
  readonly perSecond: number;
  readonly bytes?: number;
}

/** What the numbered alerts of one load look like where they arrived. */
export interface Arrival {
  readonly lost: number;
  readonly repeated: number;
  /** Alerts that came after a later one of the same client. */
  readonly disordered: number;
  /** From being stored in INGRESS to being stored in MQTT_ALERTS, sorted. */
  readonly latenciesMs: readonly number[];
}

/** Numbered alerts to some clients in turn, at a steady pace, until it is stopped. */
export class UpstreamLoad {
  readonly #options: UpstreamLoadOptions;
  readonly #running: Promise<void>;
  #stopped = false;
  count = 0;

  constructor(bridge: NatsConnection, options: UpstreamLoadOptions) {
    this.#options = options;
    this.#running = this.#run(jetstream(bridge));
  }

  static clientsOf({ prefix, clients }: UpstreamLoadOptions): string[] {
    return Array.from({ length: clients }, (_, i) => `${prefix}${i}`);
  }

  /** Resolves when everything that was sent is stored in INGRESS. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(js: JetStreamClient): Promise<void> {
    const { prefix, clients, perSecond, bytes = 300 } = this.#options;
    const filler = "pressure within limits ".repeat(Math.ceil(bytes / 23)).slice(0, bytes);
    // One message in flight per client, or the order of what is sent would be by chance.
    const last = new Map<string, Promise<void>>();
    const begunMs = performance.now();
    while (!this.#stopped) {
      const n = this.count++;
      const client = `${prefix}${n % clients}`;
      const text = JSON.stringify({ id: `a${n}`, n, message: filler });
      const before = last.get(client) ?? Promise.resolve();
      last.set(
        client,
        before.then(() => publishAlert(js, client, text)),
      );
      const aheadMs = begunMs + (this.count * 1000) / perSecond - performance.now();
      if (aheadMs > 2) await delay(aheadMs);
    }
    await Promise.all(last.values());
  }

  /** Compares what was sent with what is stored in MQTT_ALERTS. */
  arrivalOf(stored: readonly Stored[]): Arrival {
    const numbers = new Set<number>();
    const latest = new Map<string, number>();
    let repeated = 0;
    let disordered = 0;
    for (const { subject, text } of stored) {
      const { n } = JSON.parse(text) as { n: number };
      if (numbers.has(n)) repeated++;
      numbers.add(n);
      if (n < (latest.get(subject) ?? -1)) disordered++;
      latest.set(subject, Math.max(n, latest.get(subject) ?? -1));
    }
    const latenciesMs = stored
      .map(({ storedMs, header }) => storedMs - Number(header(headers.ingressStored)))
      .sort((a, b) => a - b);
    return { lost: this.count - numbers.size, repeated, disordered, latenciesMs };
  }
}
