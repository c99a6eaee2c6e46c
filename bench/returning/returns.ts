import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import type { MqttClient } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";
import { inParallel } from "../../app/registry/batches.ts";
import { DeliveryLedger } from "../../local/load/delivery-ledger.ts";
import { parseSimulatedAlert, runOf } from "../../local/load/messages.ts";
import type { Region } from "../../local/region.ts";
import { connectInTime } from "../../test/support/clients.ts";
import type { Login } from "../flood/orders.ts";
import type { Return } from "./clocks.ts";
import { leave } from "./leave.ts";
import type { Owed } from "./missed.ts";

export interface ReturnsOptions {
  readonly region: Region;
  readonly devices: readonly Login[];
  readonly owed: Owed;
  /** How many connect at a time. */
  readonly atOnce: number;
  /** For all of them, until they have everything. */
  readonly limitMs: number;
  /** Told after each subscription. */
  readonly onSubscribed?: (returns: Returns) => void;
}

type Moments = { -readonly [Key in keyof Return]: Return[Key] };

const pollMs = 10;
const reconnectMs = 1_000;
const connectTimeoutMs = 30_000;

/** Devices that come back, each once, and what they get. One that loses its line comes again. */
export class Returns {
  readonly #options: ReturnsOptions;
  readonly #context;
  readonly #moments: Moments[] = [];
  readonly #ledger = new DeliveryLedger();
  readonly #clients = new Set<MqttClient>();
  readonly #lacking = new Set<string>();
  #leaving = false;
  /** Who has subscribed, and who has everything. */
  subscribed = 0;
  complete = 0;
  /** Attempts that did not lead to a session with a subscription. */
  refused = 0;
  /** Lines that were lost afterwards. */
  dropped = 0;
  /** Alerts that are none of those which they had missed. */
  others = 0;

  constructor(options: ReturnsOptions) {
    this.#options = options;
    const ca = readFileSync(options.region.certificates.caFile);
    // Made once: one for each device would parse the CA ten thousand times.
    this.#context = { secureContext: createSecureContext({ ca }) };
  }

  /** Who has subscribed and lacks something. */
  get lacking(): number {
    return this.#lacking.size;
  }

  /** Lets them come. Resolves when all have everything, or when the time is over. */
  async run(): Promise<void> {
    const { devices, atOnce, limitMs } = this.#options;
    const untilMs = performance.now() + limitMs;
    let failure: unknown;
    inParallel(devices.entries(), atOnce, ([n, device]) =>
      this.#comeBack(device, { edge: n, untilMs }),
    ).catch((error) => {
      failure = error;
    });
    while (this.complete < devices.length && performance.now() < untilMs) {
      if (failure) throw failure;
      await delay(pollMs);
    }
  }

  async #comeBack({ id, secret }: Login, { edge, untilMs }: { edge: number; untilMs: number }) {
    const { region } = this.#options;
    const moments: Moments = { begunMs: performance.now() };
    this.#moments.push(moments);
    const settings = { reconnectPeriod: reconnectMs, connectTimeout: connectTimeoutMs };
    const login = { clientId: id, password: secret, edge: edge % region.endpoints.edgeUrls.length };
    const onRefusal = () => this.refused++;
    while (!this.#leaving && performance.now() < untilMs) {
      const inbox = await connectInTime(
        region,
        { ...login, ...settings, ...this.#context },
        { untilMs, onRefusal },
      ).catch(() => undefined);
      if (inbox === undefined) return;
      const { client } = inbox;
      this.#clients.add(client);
      client.on("close", () => {
        if (this.#clients.has(client)) this.dropped++;
      });
      client.on("message", (topic, payload) => this.#receive(moments, { id, topic, payload }));
      moments.subscribedMs = performance.now();
      try {
        await client.subscribeAsync(topics.alerts(id), { qos: 0 });
      } catch {
        this.refused++;
        this.#clients.delete(client);
        client.end(true);
        continue;
      }
      this.subscribed++;
      if (moments.completeMs === undefined) this.#lacking.add(id);
      this.#options.onSubscribed?.(this);
      return;
    }
  }

  #receive(moments: Moments, got: { id: string; topic: string; payload: Buffer }): void {
    const { run, alerts } = this.#options.owed;
    const { id, topic, payload } = got;
    const alert = parseSimulatedAlert(payload);
    if (!alert || runOf(alert) !== run) {
      this.others++;
      return;
    }
    const { client, sequence } = alert;
    this.#ledger.receive(id, topic === topics.alerts(id) ? { client, sequence } : undefined);
    if (moments.completeMs !== undefined) return;
    if (this.#ledger.missing([[id, alerts, []]]) > 0) return;
    moments.completeMs = performance.now();
    this.complete++;
    this.#lacking.delete(id);
  }

  /** What they got until now. */
  found() {
    const { devices, owed } = this.#options;
    const { duplicated, outOfOrder, misdelivered } = this.#ledger.counts();
    return {
      devices: devices.length,
      neverConnected: devices.length - this.subscribed,
      refused: this.refused,
      dropped: this.dropped,
      missing: this.#ledger.missing(devices.map(({ id }) => [id, owed.alerts, []])),
      ...{ outOfOrder, misdelivered, duplicated, others: this.others },
    };
  }

  moments(): readonly Return[] {
    return this.#moments;
  }

  /** Ends their sessions. */
  async leave(): Promise<void> {
    this.#leaving = true;
    const clients = [...this.#clients];
    this.#clients.clear();
    await leave(clients);
  }
}

export type Found = ReturnType<Returns["found"]>;
