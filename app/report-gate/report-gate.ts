import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { canaryClient, canaryPayload } from "../contract/canary.ts";
import { crossings } from "../contract/crossings.ts";
import { headers, nowMs, timestamp } from "../contract/headers.ts";
import type { SilentLine } from "../contract/silent-lines.ts";
import { subjects } from "../contract/subjects.ts";
import { useOfReport } from "../meter/allowances.ts";
import type { Metering } from "../meter/metering.ts";
import type { Running } from "../shared/lifecycle.ts";
import { type Msg, messageHeaders } from "../shared/nats.ts";
import { storeMessage } from "../shared/store-message.ts";
import { LineWatch, lookEveryMs } from "./line-watch.ts";
import { Pace } from "./pace.ts";
import type { ReportGateMetrics } from "./report-gate-metrics.ts";
import { ReportLines, type Turn } from "./report-lines.ts";

export interface ReportGateOptions {
  readonly metering: Metering;
  readonly metrics: ReportGateMetrics;
  /** Room for reports that are not stored yet. */
  readonly heldBytes: number;
  /** How often a synthetic attack is sent. */
  readonly canaryMs: number;
  /** A device's connection ends when nothing has come from it for so long. */
  readonly silentMs: number;
  /** The edge's connections that have been silent for so long. */
  readonly look: (silentMs: number) => Promise<readonly SilentLine[]>;
}

const resumePrefix = crossings.resumesToGate.as.replace("*", "");
const resumeLimitBytes = 1_024;
const reportPrefix = subjects.reports("");
/** The line in which synthetic attacks wait: none that a device may be called. */
const canaryLine = "$canary";
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
  readonly #cutOff;
  #numbered = 0;
  #onTheirWay = 0;

  constructor(options: ReportGateOptions) {
    this.#options = options;
    this.#lines = new ReportLines(options.heldBytes);
    options.metrics.watch(this.#lines, this.#pace);
    this.#counted = options.metering.metrics.messages.labels("report");
    this.#cutOff = options.metrics.shed.labels("cut-off");
  }

  readonly take = (message: Msg): void => {
    const { subject, data } = message;
    const { metering, metrics } = this.#options;
    const clientId = subject.slice(reportPrefix.length);
    this.#counted.inc();
    metering.metrics.bytes.inc(data.length);
    if (metering.isKnownFlood(clientId)) {
      this.#cutOff.inc();
      return;
    }
    const takenMs = nowMs();
    const verdict = metering.count(clientId, useOfReport(data.length), takenMs);
    if (verdict === "unreadable") return;
    if (verdict === "exceeded") {
      // What it sent before and waits is of the same flood.
      this.#cutOff.inc(this.#lines.drop(clientId) + 1);
    } else if (this.#lines.add(clientId, data, { takenMs, qos: qosOf(message) })) this.#pump();
    else metrics.shed.inc({ reason: "no-room" });
  };

  /** Sends a synthetic attack on the way of reports, from its line on. */
  readonly sendCanary = (): void => {
    if (!this.#lines.add(canaryLine, Buffer.from(canaryPayload), { takenMs: nowMs() })) return;
    this.#options.metrics.canaries.inc();
    this.#pump();
  };

  /** Stores what is held, or gives up. */
  async drain(): Promise<void> {
    const endMs = performance.now() + drainLimitMs;
    while (this.#lines.reports > 0 && performance.now() < endMs) await delay(drainPollMs);
    this.#ended.abort();
    if (this.#lines.reports === 0) return;
    this.#options.metering.log.error(
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
    const { metering, metrics } = this.#options;
    const { js, log } = metering;
    this.#onTheirWay++;
    const ids = messageHeaders();
    const isCanary = turn.clientId === canaryLine;
    const clientId = isCanary ? canaryClient : turn.clientId;
    if (isCanary) ids.set(headers.canary, "1");
    ids.set(headers.messageId, `${clientId}:${this.#instance}:${this.#numbered++}`);
    ids.set(headers.received, timestamp(turn.takenMs));
    if (turn.qos !== undefined) ids.set(headers.qos, turn.qos);
    const fromMs = performance.now();
    let failures = 0;
    try {
      await storeMessage(js, subjects.ingress("device", clientId), turn.report, {
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
      if (!isCanary) metrics.storeSeconds.observe(tookMs / 1000);
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

/** The header by which nats-server tells what came by MQTT, and with what quality of service. */
const serverHeader = "Nmqtt-Pub";

/**
 * Undefined for 1, which is what most send. Only what is stored is asked: to read the headers takes 1.4 µs, and
 * most of a flood is dropped.
 */
function qosOf({ headers: received }: Msg): string | undefined {
  const qos = received?.get(serverHeader).charAt(0);
  return qos === "0" || qos === "2" ? qos : undefined;
}

/** What a device asks for counts as a report does, and is small. Nobody holds it: the device asks again. */
function passResume(metering: Metering, { subject, data }: Msg): void {
  const clientId = subject.slice(resumePrefix.length);
  if (metering.count(clientId, useOfReport(data.length)) !== "allowed") return;
  if (data.length <= resumeLimitBytes) metering.tell(subjects.resume(clientId), data);
}

/** Runs the gate of an edge until it is drained. */
export function createReportGate(options: ReportGateOptions): Running {
  const { metering, metrics, silentMs } = options;
  const gate = new ReportGate(options);
  const canaries = setInterval(gate.sendCanary, options.canaryMs).unref();
  const lines = new LineWatch({
    look: () => options.look(silentMs),
    ask: (request) => metering.ask(subjects.silentLines, JSON.stringify(request)),
    serverId: metering.serverId,
    everyMs: lookEveryMs(silentMs),
    ...{ metrics, log: metering.log },
  });
  const ends = [
    metering.subscribe(crossings.reportsToGate.as, gate.take),
    metering.subscribe(crossings.resumesToGate.as, (message) => passResume(metering, message)),
  ];
  return {
    notReady: metering.notReady,
    drain: async () => {
      clearInterval(canaries);
      lines.stop();
      for (const end of ends) end();
      await gate.drain();
      await metering.drain();
    },
  };
}
