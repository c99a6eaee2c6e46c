import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import type { Logger } from "../shared/log.ts";
import type { CatchUp } from "./catch-up.ts";
import { type CatchUps, liveMs, settledMs } from "./catch-ups.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import type { DeviceLine } from "./device-line.ts";
import type { KeptAlerts } from "./kept-alerts.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import type { MissedAlerts, Place } from "./missed-alerts.ts";
import {
  findLast,
  type Refusal,
  type ResumeRequest,
  readRequest,
  refused,
  resumed,
} from "./resume.ts";

export interface ResumesOptions {
  readonly catchUps: Pick<CatchUps, "abandon" | "create" | "sources">;
  readonly line: DeviceLine;
  readonly store: LastSeenStore;
  readonly kept: Pick<KeptAlerts, "since">;
  readonly metrics: DeliveryMetrics;
  readonly log: Logger;
  readonly interruptions: () => number;
}

/** Each is a device that asks, and waits for its answer; others ask again. */
const atOnce = 500;

interface Start {
  readonly places: ReadonlyMap<MissedAlerts, Place>;
  /** By its own word the device has what was stored before. */
  readonly since: number;
}

/** Answers devices that ask for exactly what they lack. */
export class Resumes {
  readonly #options: ResumesOptions;
  readonly #running = new Map<string, CatchUp>();

  constructor(options: ResumesOptions) {
    this.#options = options;
  }

  /** Its device has come again. */
  abandon(clientId: string): void {
    this.#running.get(clientId)?.abandon();
  }

  async answer(clientId: string, json: Uint8Array): Promise<void> {
    const { catchUps, metrics, log } = this.#options;
    const request = readRequest(json);
    if (!request) return this.#refuse(clientId, "malformed");
    if (this.#running.has(clientId) || this.#running.size >= atOnce) {
      return this.#refuse(clientId, "busy");
    }
    // What it is being sent is part of what it asks for.
    catchUps.abandon(clientId);
    const catchUp = catchUps.create({ clientId, certain: true, atMs: nowMs() });
    this.#running.set(clientId, catchUp);
    try {
      await this.#send(catchUp, request);
    } catch (error) {
      // Without the last message the device knows that it has to ask again.
      if (!catchUp.signal.aborted) {
        metrics.retries.inc();
        log.warn({ err: error, clientId }, "a device is not sent what it asked for");
      }
    } finally {
      this.#running.delete(clientId);
    }
  }

  async #send(catchUp: CatchUp, request: ResumeRequest): Promise<void> {
    const { line, store, metrics, interruptions } = this.#options;
    const { clientId, atMs } = catchUp.subscribed;
    const before = interruptions();
    const start = await this.#startOf(clientId, request);
    if (typeof start === "string") return this.#refuse(clientId, start);
    await catchUp.sendFrom(start.places);
    await delay(Math.max(0, atMs + liveMs - nowMs()));
    if (await catchUp.hasMore()) await catchUp.send(start.since);
    catchUp.signal.throwIfAborted();
    if (interruptions() !== before) throw new Error("the connection was lost meanwhile");
    line.send(clientId, resumed(catchUp.sent));
    metrics.resumes.inc({ answer: "complete" });
    await delay(settledMs);
    await line.flush();
    if (interruptions() !== before) return;
    const seen = await store.read(clientId);
    const since = Math.max(seen.since, start.since);
    const caughtUp = { subscribed: atMs, sent: nowMs() };
    await store.write(clientId, { ...seen, since, caughtUp }, catchUp.signal);
  }

  async #startOf(clientId: string, request: ResumeRequest): Promise<Start | Refusal> {
    const { catchUps, kept } = this.#options;
    if ("last" in request) {
      const found = await findLast(catchUps.sources, clientId, request.last);
      return found ? { places: found.places, since: found.storedAt } : "unknown-alert";
    }
    const { since } = request;
    if (since < (await kept.since())) return "not-kept";
    return { since, places: new Map(catchUps.sources.map((each) => [each, each.placeAt(since)])) };
  }

  #refuse(clientId: string, reason: Refusal): void {
    this.#options.metrics.resumes.inc({ answer: reason });
    this.#options.line.send(clientId, refused(reason));
  }
}
