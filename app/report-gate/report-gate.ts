import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isClientId } from "../contract/client-id.ts";
import { crossings } from "../contract/crossings.ts";
import { headers, timestamp } from "../contract/headers.ts";
import { subjects } from "../contract/subjects.ts";
import { useOfReport } from "../meter/allowances.ts";
import type { DeviceMeters } from "../meter/device-meters.ts";
import type { Enforcer } from "../meter/enforcer.ts";
import { followInterruptions } from "../meter/interruptions.ts";
import type { MeterMetrics } from "../meter/meter-metrics.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import {
  type JetStreamClient,
  type Msg,
  messageHeaders,
  type NatsConnection,
} from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { storeMessage } from "../shared/store-message.ts";
import { Pace } from "./pace.ts";
import type { ReportGateMetrics } from "./report-gate-metrics.ts";
import { ReportLines, type Turn } from "./report-lines.ts";

export interface ReportGateOptions {
  readonly connection: NatsConnection;
  readonly js: Pick<JetStreamClient, "publish">;
  readonly meters: DeviceMeters;
  readonly enforcer: Enforcer;
  readonly meterMetrics: MeterMetrics;
  readonly metrics: ReportGateMetrics;
  readonly log: Logger;
  /** Milliseconds since 1970, from a clock that does not jump. */
  readonly clock: () => number;
  readonly heldBytes: number;
}

const reportPrefix = subjects.reports("");
/** What is still held when the process is to end may take so long. */
const drainLimitMs = 20_000;
const drainPollMs = 20;

/**
 * Takes the reports of the devices of one edge, and stores them in REPORT_INGRESS at the pace that
 * this bears. It holds them meanwhile, also while nothing can be stored.
 */
class ReportGate {
  readonly #options: ReportGateOptions;
  readonly #lines: ReportLines;
  readonly #pace = new Pace();
  readonly #ended = new AbortController();
  /** Of this process: a report that is sent again is stored once. */
  readonly #instance = randomUUID();
  readonly #counted;
  #numbered = 0;
  #onTheirWay = 0;

  constructor(options: ReportGateOptions) {
    this.#options = options;
    this.#lines = new ReportLines(options.heldBytes);
    options.metrics.watch(this.#lines, this.#pace);
    this.#counted = options.meterMetrics.messages.labels("report");
  }

  readonly take = ({ subject, data }: Msg): void => {
    const { meters, enforcer, meterMetrics, metrics, clock } = this.#options;
    const clientId = subject.slice(reportPrefix.length);
    this.#counted.inc();
    meterMetrics.bytes.inc(data.length);
    if (!isClientId(clientId)) {
      meterMetrics.unreadable.inc();
      return;
    }
    const takenMs = clock();
    const limit = meters.count(clientId, useOfReport(data.length), takenMs);
    if (limit !== undefined) {
      // What it sent before and waits is of the same flood.
      metrics.shed.inc({ reason: "cut-off" }, this.#lines.drop(clientId) + 1);
      enforcer.enforce({ clientId, limit });
    } else if (this.#lines.add(clientId, data, takenMs)) this.#pump();
    else metrics.shed.inc({ reason: "no-room" });
  };

  /** Stores what is held, or gives up. */
  async drain(): Promise<void> {
    const endMs = performance.now() + drainLimitMs;
    while (this.#lines.reports > 0 && performance.now() < endMs) await delay(drainPollMs);
    this.#ended.abort();
    if (this.#lines.reports === 0) return;
    this.#options.log.error(
      { reports: this.#lines.reports },
      "reports are lost: not stored in time",
    );
  }

  #pump(): void {
    while (this.#onTheirWay < this.#pace.window) {
      const turn = this.#lines.take();
      if (!turn) return;
      void this.#store(turn);
    }
  }

  async #store(turn: Turn): Promise<void> {
    const { js, metrics, log } = this.#options;
    this.#onTheirWay++;
    const ids = messageHeaders();
    ids.set(headers.messageId, `${turn.clientId}:${this.#instance}:${this.#numbered++}`);
    ids.set(headers.received, timestamp(turn.takenMs));
    const fromMs = performance.now();
    let failures = 0;
    try {
      await storeMessage(js, subjects.ingress("device", turn.clientId), turn.report, {
        headers: ids,
        signal: this.#ended.signal,
        onRetry: (error, attempt) => {
          failures = attempt;
          metrics.storeRetries.inc();
          this.#pace.failed();
          if (attempt % 20 === 5) log.warn({ err: error, attempt }, "a report is still not stored");
        },
      });
      const tookMs = performance.now() - fromMs;
      metrics.storeSeconds.observe(tookMs / 1000);
      if (failures === 0) this.#pace.stored(tookMs);
      this.#lines.done(turn);
    } catch (error) {
      // Only the end of the process ends the attempts.
      if (!this.#ended.signal.aborted) throw error;
    } finally {
      this.#onTheirWay--;
    }
    this.#pump();
  }
}

/** Runs the gate of an edge until it is drained. */
export function createReportGate(options: ReportGateOptions): Running {
  const { connection, meters, enforcer, meterMetrics, log } = options;
  const watch = new NatsWatch(connection);
  const gate = new ReportGate(options);
  meterMetrics.watchDevices(() => meters.size);
  void followInterruptions(connection, () => meterMetrics.interruptions.inc());
  const subscription = connection.subscribe(crossings.reportsToGate.as, {
    callback: (error, message) => {
      if (error) log.error({ err: error }, "reports of devices cannot be taken");
      else gate.take(message);
    },
  });
  return {
    notReady: () => watch.missing(),
    drain: async () => {
      subscription.unsubscribe();
      await gate.drain();
      await enforcer.drain();
      await watch.close();
    },
  };
}
