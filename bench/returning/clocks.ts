import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../../local/load/latency-histogram.ts";

/** The moments of one device that comes back, by `performance.now()`. */
export interface Return {
  /** It began to connect. */
  readonly begunMs: number;
  /** It was connected, and asked for its alerts; where they come by themselves: it was connected. */
  readonly subscribedMs?: number | undefined;
  /** It had all that it had missed. */
  readonly completeMs?: number | undefined;
}

/** How long devices waited for what they had missed; `max` is when all had all, if they began at once. */
export interface Clocks {
  readonly fromConnecting: LatencySummary;
  readonly fromSubscription: LatencySummary;
}

/** Of those that got everything. */
export function clocksOf(returns: readonly Return[]): Clocks {
  const [connecting, subscription] = [new LatencyHistogram(), new LatencyHistogram()];
  for (const { begunMs, subscribedMs, completeMs } of returns) {
    if (completeMs === undefined) continue;
    connecting.record(completeMs - begunMs);
    subscription.record(completeMs - (subscribedMs ?? begunMs));
  }
  return { fromConnecting: summarise(connecting), fromSubscription: summarise(subscription) };
}

/** The middle one of several runs; the higher of two. Undefined where one run has none. */
export function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.flatMap((value) => value ?? []).sort((a, b) => a - b);
  return sorted.length === values.length ? sorted[sorted.length >> 1] : undefined;
}

/** Each figure's median. */
export function medianClocks(rounds: readonly Clocks[]) {
  const of = (clock: keyof Clocks, figure: "p50" | "p99" | "max") =>
    medianOf(rounds.map((round) => round[clock][figure]));
  const each = (clock: keyof Clocks) => ({
    ...{ p50: of(clock, "p50"), p99: of(clock, "p99"), max: of(clock, "max") },
  });
  return {
    fromConnecting: each("fromConnecting"),
    fromSubscription: each("fromSubscription"),
  };
}
