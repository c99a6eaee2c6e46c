import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { latencyBuckets } from "../shared/metrics.ts";
import type { Pace } from "./pace.ts";
import type { ReportLines } from "./report-lines.ts";

/** Why a report that the edge took is not stored: its device is cut off, or its line had no room. */
export const shedReasons = ["cut-off", "no-room"] as const;

export type ReportGateMetrics = ReturnType<typeof createReportGateMetrics>;

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createReportGateMetrics(registry: Registry) {
  const registers = [registry];
  const prefix = "sentinel_report_gate";
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name: `${prefix}_${name}`, help, registers },
      collect() {
        this.set(value());
      },
    });
  const metrics = {
    shed: new Counter({
      name: `${prefix}_shed_reports_total`,
      help: "Reports of devices that are not stored",
      labelNames: ["reason"],
      registers,
    }),
    storeSeconds: new Histogram({
      name: `${prefix}_store_seconds`,
      help: "From a report's turn until REPORT_INGRESS has stored it",
      buckets: latencyBuckets,
      registers,
    }),
    storeRetries: new Counter({
      name: `${prefix}_store_retries_total`,
      help: "Failed attempts to store a report, each of which is repeated",
      registers,
    }),
    canaries: new Counter({
      name: `${prefix}_canaries_total`,
      help: "Synthetic attacks that were sent into the pipeline",
      registers,
    }),
    silentLines: new Gauge({
      name: `${prefix}_silent_lines`,
      help: "Connections of devices that have been silent for longer than they may, at the last look",
      registers,
    }),
    silentFailures: new Counter({
      name: `${prefix}_silent_lines_failures_total`,
      help: "Looks at which silent connections were not found or not ended",
      registers,
    }),
    watch: (lines: ReportLines, pace: Pace) => {
      gauge("held_reports", "Reports that are not stored yet", () => lines.reports);
      gauge("held_bytes", "What they take", () => lines.bytes);
      gauge("window", "How many may be on their way at a time", () => pace.window);
    },
  };
  for (const reason of shedReasons) metrics.shed.inc({ reason }, 0);
  return metrics;
}
