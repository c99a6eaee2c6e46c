import { Counter, Gauge, type Registry } from "prom-client";

/** What became of a notice: the receiver has it, or has read it and does not want it. */
export const noticeOutcomes = ["taken", "refused"] as const;
export type NoticeOutcome = (typeof noticeOutcomes)[number];

export type NoticeMetrics = ReturnType<typeof createNoticeMetrics>;

/** Series of every receiver start at zero, so that a first one is seen as a rise. */
export function createNoticeMetrics(registry: Registry, receivers: readonly string[]) {
  const registers = [registry];
  const told = new Counter({
    name: "sentinel_aggregator_notices_total",
    help: "What receivers were told of incidents, by what became of it",
    labelNames: ["receiver", "outcome"],
    registers,
  });
  const failures = new Counter({
    name: "sentinel_aggregator_notice_failures_total",
    help: "Attempts to tell a receiver that failed; each is followed by another",
    labelNames: ["receiver"],
    registers,
  });
  /** When the oldest was stored that a receiver has not taken. */
  const since = new Map<string, number | undefined>();
  for (const receiver of receivers) {
    for (const outcome of noticeOutcomes) told.inc({ receiver, outcome }, 0);
    failures.inc({ receiver }, 0);
    since.set(receiver, undefined);
  }
  new Gauge({
    name: "sentinel_aggregator_notice_waiting_seconds",
    help: "Age of the oldest notice that a receiver has not taken; 0 when it has all",
    labelNames: ["receiver"],
    registers,
    collect() {
      for (const [receiver, at] of since) {
        this.set({ receiver }, at === undefined ? 0 : Math.max(0, (Date.now() - at) / 1_000));
      }
    },
  });
  return {
    told: (receiver: string, outcome: NoticeOutcome) => told.inc({ receiver, outcome }),
    failed: (receiver: string) => failures.inc({ receiver }),
    waiting: (receiver: string, at: number | undefined) => since.set(receiver, at),
  };
}
