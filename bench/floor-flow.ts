import { setTimeout as delay } from "node:timers/promises";
import { type JsMsg, jetstream, messageHeaders, type NatsConnection } from "../app/shared/nats.ts";
import { LatencyHistogram, summarise } from "../local/load/latency-histogram.ts";

export interface FloorConnections {
  readonly publisher: NatsConnection;
  readonly forwarder: NatsConnection;
  readonly receiver: NatsConnection;
}

/** As many as the region has partitions. */
const consumers = 12;
const clients = 1_000;
/** As the simulated publisher does. */
const tickMs = 10;
const payload = new Uint8Array(300).fill(97);
const idHeader = "Nats-Msg-Id";

/** Messages on the way through both streams. */
export class FloorFlow {
  readonly #connections: FloorConnections;
  readonly #sentMs = new Map<string, number>();
  readonly #latency = new LatencyHistogram();
  #sent = 0;
  #received = 0;
  #failed = 0;

  constructor(connections: FloorConnections) {
    this.#connections = connections;
  }

  get received(): number {
    return this.#received;
  }

  get sent(): number {
    return this.#sent;
  }

  /** What is not received yet. */
  get missing(): number {
    return this.#sent - this.#received;
  }

  get latency() {
    return summarise(this.#latency);
  }

  /** Forgets the latencies so far. */
  measure(): void {
    this.#latency.reset();
  }

  async start(): Promise<void> {
    const { forwarder, receiver } = this.#connections;
    receiver.subscribe("deliver.>", {
      callback: (_error, message) => this.#receive(message.headers?.get(idHeader) ?? ""),
    });
    await receiver.flush();
    const js = jetstream(forwarder);
    for (let each = 0; each < consumers; each++) {
      const consumer = await js.consumers.get("S0", { filter_subjects: `s0.${each}.>` });
      void this.#forward(
        await consumer.consume({ max_messages: 64, expires: 5_000, idle_heartbeat: 500 }),
      );
    }
  }

  /** Publishes so many a second until it is stopped. */
  publish(rate: number): () => void {
    const js = jetstream(this.#connections.publisher);
    const startedMs = performance.now();
    const first = this.#sent;
    const timer = setInterval(() => {
      const due = first + Math.floor(((performance.now() - startedMs) / 1_000) * rate);
      while (this.#sent < due) {
        const id = String(this.#sent++);
        this.#sentMs.set(id, performance.now());
        const client = this.#sent % clients;
        js.publish(`s0.${client % consumers}.c${client}`, payload, { msgID: id }).catch(
          () => void this.#failed++,
        );
      }
    }, tickMs);
    return () => clearInterval(timer);
  }

  /** @throws Error when not everything has come by then. */
  async settle(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (this.missing > 0 && performance.now() < deadline) await delay(20);
  }

  async #forward(messages: AsyncIterable<JsMsg>): Promise<void> {
    const { forwarder } = this.#connections;
    const js = jetstream(forwarder);
    for await (const message of messages) {
      const headers = messageHeaders();
      headers.set(idHeader, message.headers?.get(idHeader) ?? "");
      js.publish(`s1.${message.subject.split(".")[2]}`, message.data, { headers }).catch(
        () => void this.#failed++,
      );
    }
  }

  #receive(id: string): void {
    const sentMs = this.#sentMs.get(id);
    if (sentMs === undefined) return;
    this.#sentMs.delete(id);
    this.#received++;
    this.#latency.record(performance.now() - sentMs);
  }
}
