import type { NatsConnection } from "../../app/shared/nats.ts";
import { storedNow } from "../../app/shared/stored-messages.ts";
import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../../local/load/latency-histogram.ts";
import { momentsOf, readReceipts, stageNames } from "../stage-latency.ts";

/** A stretch of the run: what was published from its beginning to its end. */
export interface Window {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface WindowLatencies {
  /** From the publisher to the device. */
  readonly whole: LatencySummary;
  readonly stages: Readonly<Record<string, LatencySummary>>;
  /** P99 of what was published in each of its seconds. */
  readonly secondsP99: readonly (number | undefined)[];
}

/** Sums up each stretch by the moments that stored alerts carry, read after the run. They may overlap. */
export async function windowLatencies(
  operator: NatsConnection,
  receiptsFile: string,
  windows: readonly Window[],
): Promise<ReadonlyMap<string, WindowLatencies>> {
  const receipts = readReceipts(receiptsFile);
  const histograms = windows.map(() => [...stageNames, "whole"].map(() => new LatencyHistogram()));
  const seconds = windows.map(({ fromMs, untilMs }) =>
    Array.from({ length: Math.ceil((untilMs - fromMs) / 1000) }, () => new LatencyHistogram()),
  );
  for await (const message of storedNow(operator, "MQTT_ALERTS", { from: { sequence: 1 } })) {
    const moments = momentsOf(message, receipts);
    const [sent = 0] = moments ?? [];
    if (!moments) continue;
    const tookMs = (moments.at(-1) ?? Number.NaN) - sent;
    for (const [at, { fromMs, untilMs }] of windows.entries()) {
      if (sent < fromMs || sent >= untilMs) continue;
      const kept = histograms[at];
      moments.slice(1).forEach((moment, i) => {
        kept?.[i]?.record(moment - (moments[i] ?? Number.NaN));
      });
      kept?.at(-1)?.record(tookMs);
      seconds[at]?.[Math.floor((sent - fromMs) / 1000)]?.record(tookMs);
    }
  }
  return new Map(
    windows.map(({ name }, i) => {
      const summaries = (histograms[i] ?? []).map(summarise);
      const stages = Object.fromEntries(stageNames.map((stage, n) => [stage, summaries[n]]));
      const secondsP99 = seconds[i]?.map((each) => each.percentile(99));
      return [name, { whole: summaries.at(-1), stages, secondsP99 } as WindowLatencies];
    }),
  );
}
