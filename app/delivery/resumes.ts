import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import type { Logger } from "../shared/log.ts";
import type { CatchUp } from "./catch-up.ts";
import { type CatchUps, liveMs, settledMs } from "./catch-ups.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import type { DeviceLine } from "./device-line.ts";
import type { KeptAlerts } from "./kept-alerts.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import type { AlertSource } from "./missed-alerts.ts";
import {
  findLast,
  type Places,
  placesAt,
  type Refusal,
  type ResumeRequest,
  readRequest,
  refused,
  resumed,
} from "./resume.ts";

export interface ResumesOptions {
  readonly catchUps: Pick<CatchUps, "abandon" | "create" | "inTurn">;
  readonly sources: readonly AlertSource[];
  readonly line: Pick<DeviceLine, "send" | "flush">;
  readonly store: Pick<LastSeenStore, "read" | "write">;
  readonly kept: Pick<KeptAlerts, "since">;
  readonly metrics: DeliveryMetrics;
  readonly log: Logger;
  readonly interruptions: () => number;
}

/** Each is a device that asks, and waits for its answer; others ask again. */
const atOnce = 500;
/** What is read for one device is read once in that time. */
const everyMs = 30_000;

interface Start {
  readonly places: Places;
  /** What was stored before has reached the device: by its own word, or as was known. */
  readonly since: number;
}

/** Answers devices that ask for exactly what they lack. */
export class Resumes {
  readonly #options: ResumesOptions;
  readonly #running = new Map<string, CatchUp>();
  /** When devices asked, the longest ago first, in monotonic milliseconds. */
  readonly #asked = new Map<string, number>();

  constructor(options: ResumesOptions) {
    this.#options = options;
  }

  /** Its device has come again. */
  abandon(clientId: string): void {
    this.#running.get(clientId)?.abandon();
    this.#asked.delete(clientId);
  }

  async answer(clientId: string, json: Uint8Array): Promise<void> {
    const { catchUps, metrics, log } = this.#options;
    const request = readRequest(json, nowMs());
    if (typeof request === "string") return this.#refuse(clientId, request);
    if (this.#isBusy(clientId)) return this.#refuse(clientId, "busy");
    const catchUp = catchUps.create({ clientId, certain: true, atMs: nowMs() });
    this.#running.set(clientId, catchUp);
    try {
      await this.#send(catchUp, request);
    } catch (error) {
      // Without the last message the device knows that it has to ask again.
      if (!catchUp.signal.aborted) {
        this.#asked.delete(clientId);
        metrics.retries.inc();
        log.warn({ err: error, clientId }, "a device is not sent what it asked for");
      }
    } finally {
      this.#running.delete(clientId);
    }
  }

  async #send(catchUp: CatchUp, request: ResumeRequest): Promise<void> {
    const { catchUps, line, store, metrics, interruptions } = this.#options;
    const { clientId, atMs } = catchUp.subscribed;
    const before = interruptions();
    const start = await this.#startOf(catchUp, request);
    if (typeof start === "string") return this.#refuse(clientId, start);
    // What it is being sent is part of what it asks for.
    catchUps.abandon(clientId);
    catchUp.beginAt(start.places);
    await this.#sendAll(catchUp, start);
    await delay(Math.max(0, atMs + liveMs - nowMs()));
    if (await catchUps.inTurn(() => catchUp.hasMore())) {
      await this.#sendAll(catchUp, start);
    }
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

  /** A batch in each turn. */
  async #sendAll(catchUp: CatchUp, { since }: Start): Promise<void> {
    for (;;) {
      const progress = await this.#options.catchUps.inTurn(() => catchUp.next(since));
      if (progress === "all") return;
      catchUp.signal.throwIfAborted();
      if (progress === "unreached") await catchUp.whenAtHand(since);
    }
  }

  async #startOf(catchUp: CatchUp, request: ResumeRequest): Promise<Start | Refusal> {
    const { catchUps, sources, kept, store } = this.#options;
    const { signal } = catchUp;
    const { clientId } = catchUp.subscribed;
    const inTurn: CatchUps["inTurn"] = (read) => catchUps.inTurn(read);
    if ("last" in request) {
      const { since } = await store.read(clientId);
      const places = await findLast({
        ...{ sources, clientId, hash: request.last, since },
        inTurn,
        signal,
      });
      return places ? { places, since } : "unknown-alert";
    }
    const { since } = request;
    if (since < (await kept.since())) return "not-kept";
    return { since, places: placesAt(sources, since) };
  }

  #isBusy(clientId: string): boolean {
    const longAgo = performance.now() - everyMs;
    for (const [earlier, askedMs] of this.#asked) {
      if (askedMs > longAgo) break;
      this.#asked.delete(earlier);
    }
    const busy = this.#running.has(clientId) || this.#asked.has(clientId);
    if (busy || this.#running.size >= atOnce) return true;
    this.#asked.set(clientId, performance.now());
    return false;
  }

  #refuse(clientId: string, reason: Refusal): void {
    this.#options.metrics.resumes.inc({ answer: reason });
    this.#options.line.send(clientId, refused(reason));
  }
}
