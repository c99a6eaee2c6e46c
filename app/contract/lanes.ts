import type { Origin } from "./subjects.ts";

/**
 * A way through inspection that shares no stream, no partition entries, no user and no process with
 * the other one: whatever devices send, it cannot hold up what is sent to them.
 */
export interface Lane {
  readonly name: "alerts" | "reports";
  /** Of the processes, their NATS user and their workload. */
  readonly process: "inspector" | "report-inspector";
  /** The log that they read. */
  readonly stream: "INGRESS" | "REPORT_INGRESS";
  /** What new messages of the log come from. */
  readonly origin: Origin;
  /** KV bucket of partition entries and replica heartbeats. */
  readonly bucket: "partitions" | "report-partitions";
}

export const laneNames = ["alerts", "reports"] as const;
export type LaneName = (typeof laneNames)[number];

export const lanes: Readonly<Record<LaneName, Lane>> = {
  alerts: {
    name: "alerts",
    process: "inspector",
    stream: "INGRESS",
    origin: "upstream",
    bucket: "partitions",
  },
  reports: {
    name: "reports",
    process: "report-inspector",
    stream: "REPORT_INGRESS",
    origin: "device",
    bucket: "report-partitions",
  },
};
