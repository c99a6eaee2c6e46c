import {
  parseSilentLinesAnswer,
  type SilentLine,
  type SilentLinesRequest,
  silentLinesAtOnce,
} from "../contract/silent-lines.ts";
import type { Logger } from "../shared/log.ts";
import type { ReportGateMetrics } from "./report-gate-metrics.ts";

export interface LineWatchOptions {
  /** Those that have been silent for longer than they may, the longest silence first. */
  readonly look: () => Promise<readonly SilentLine[]>;
  /** Has auth end the sessions behind them. @returns what it answered. */
  readonly ask: (request: SilentLinesRequest) => Promise<Uint8Array>;
  /** Of the edge beside; undefined while there is none. */
  readonly serverId: () => string | undefined;
  readonly everyMs: number;
  readonly metrics: Pick<ReportGateMetrics, "silentLines" | "silentFailures">;
  readonly log: Logger;
}

/**
 * So often at the most and the least: a short silence is found soon, and whom auth is to end makes the
 * edge list its connections.
 */
const [soonestMs, latestMs] = [500, 120_000];

/** How often to look for those who have been silent for so long: at most a quarter of it too late. */
export const lookEveryMs = (silentMs: number): number =>
  Math.min(latestMs, Math.max(soonestMs, silentMs / 4));

/**
 * Ends the connections of an edge from which nothing comes any more. MQTT leaves a device without a
 * keep-alive alone for ever, and nats-server does not count PINGREQ as activity: the kernel knows.
 *
 * So many at a look, the longest silence first: a fleet without keep-alive that falls silent comes
 * back in turns. What fails is found again by the next look.
 */
export class LineWatch {
  readonly #options: LineWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #looking = false;

  constructor(options: LineWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#turn(), options.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #turn(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { metrics, log } = this.#options;
    try {
      await this.#look();
    } catch (error) {
      metrics.silentFailures.inc();
      log.error({ err: error }, "silent connections are not found or not ended");
    } finally {
      this.#looking = false;
    }
  }

  async #look(): Promise<void> {
    const { look, ask, metrics, serverId, log } = this.#options;
    const lines = await look();
    metrics.silentLines.set(lines.length);
    const server = serverId();
    // Without its edge there are none, and then it is known to whoever asks.
    if (lines.length === 0 || server === undefined) return;
    const asked = lines.slice(0, silentLinesAtOnce);
    const answer = await ask({ serverId: server, lines: asked });
    const closed = parseSilentLinesAnswer(answer);
    if (closed === undefined) {
      throw new Error(`auth does not end them: ${Buffer.from(answer).toString().slice(0, 200)}`);
    }
    log.info({ silent: lines.length, closed }, "silent connections are ended");
  }
}
