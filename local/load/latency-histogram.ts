import { build, type Histogram } from "hdr-histogram-js";

/** Latencies in milliseconds, kept in whole microseconds at three digits, up to ten minutes. */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(ms: number): void {
    // Clocks of two processes differ by microseconds: nothing arrives before it was sent.
    this.#histogram.recordValue(Math.min(600_000_000, Math.max(1, Math.round(ms * 1000))));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Undefined while nothing was recorded. */
  percentile(percent: number): number | undefined {
    return this.count === 0 ? undefined : this.#histogram.getValueAtPercentile(percent) / 1000;
  }

  get max(): number | undefined {
    return this.count === 0 ? undefined : this.#histogram.maxValue / 1000;
  }

  reset(): void {
    this.#histogram.reset();
  }
}

export interface LatencySummary {
  readonly count: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly p999: number | undefined;
  readonly max: number | undefined;
}

export function summarise(latencies: LatencyHistogram): LatencySummary {
  return {
    count: latencies.count,
    p50: latencies.percentile(50),
    p99: latencies.percentile(99),
    p999: latencies.percentile(99.9),
    max: latencies.max,
  };
}
