import { LRUCache } from "lru-cache";
import { headers } from "../contract/headers.ts";
import { subjects } from "../contract/subjects.ts";
import { type CutOff, type CutOffRequest, cutOffId, parseCutOff } from "../cut-off/cut-off.ts";
import type { Logger } from "../shared/log.ts";
import { type JetStreamClient, messageHeaders, type NatsConnection } from "../shared/nats.ts";
import { storeMessage } from "../shared/store-message.ts";
import { floodFinding } from "./flood-finding.ts";
import type { MeterMetrics } from "./meter-metrics.ts";

/** A device that still sends after so long is told of again: its cut-off may have failed. */
const againMs = 1_000;
const answerLimitMs = 2_000;
/** Devices that are remembered to have been told of. */
const toldLimit = 100_000;

export interface EnforcerOptions {
  readonly connection: Pick<NatsConnection, "request">;
  readonly js: Pick<JetStreamClient, "publish">;
  readonly metrics: MeterMetrics;
  readonly log: Logger;
}

/** Has devices cut off by auth, which decides once however often it is asked, and tells of it. */
export class Enforcer {
  readonly #options: EnforcerOptions;
  readonly #told = new LRUCache<string, true>({ max: toldLimit, ttl: againMs });
  readonly #ended = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: EnforcerOptions) {
    this.#options = options;
  }

  /** To be called whenever a device has too much of something. */
  enforce(request: CutOffRequest): void {
    if (this.#told.has(request.clientId)) return;
    this.#told.set(request.clientId, true);
    this.#options.metrics.exceeded.inc({ limit: request.limit });
    const work = this.#cutOff(request).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async drain(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled(this.#underWay);
  }

  async #cutOff(request: CutOffRequest): Promise<void> {
    const { log, metrics } = this.#options;
    try {
      const cutOff = await this.#ask(request);
      log.warn({ client: request.clientId, ...cutOff }, "a device is cut off");
      await this.#tell(request.clientId, cutOff);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      metrics.requestFailures.inc();
      log.error({ err: error, ...request }, "a device could not be cut off, asking again");
    }
  }

  async #ask(request: CutOffRequest): Promise<CutOff> {
    const reply = await this.#options.connection.request(
      subjects.cutOffRequest,
      JSON.stringify(request),
      { timeout: answerLimitMs },
    );
    const cutOff = parseCutOff(reply.data);
    if (!cutOff) throw new Error(`auth did not cut it off: ${reply.string().slice(0, 200)}`);
    return cutOff;
  }

  /** Every replica tells, each time under the same id: so it is told once, whichever of them ends. */
  async #tell(clientId: string, cutOff: CutOff): Promise<void> {
    const findingHeaders = messageHeaders();
    findingHeaders.set(headers.messageId, cutOffId(clientId, cutOff));
    const body = Buffer.from(JSON.stringify(floodFinding(clientId, cutOff)));
    await storeMessage(this.#options.js, subjects.event("anomaly", clientId), body, {
      headers: findingHeaders,
      signal: this.#ended.signal,
      onRetry: () => this.#options.metrics.findingRetries.inc(),
    });
  }
}
