import Table from "cli-table3";
import type { LoadResult } from "../load/load.ts";
import { duration, ms, whole } from "./format.ts";
import { type StageFigures, sumVerdicts } from "./stage-figures.ts";

export const deliveryTargetMs = 50;
export const authTargetMs = 10;

export interface Summary {
  readonly seconds: number;
  readonly devices: number;
  readonly published: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly misdelivered: number;
  readonly tagged: number;
  readonly quarantined: number;
  readonly attackReports: number;
  readonly deliveryMs: LoadResult["fleet"]["latency"];
  readonly authMs: { readonly p50: number | undefined; readonly p99: number | undefined };
  /** What fell short, in words; empty when all is well. */
  readonly failures: readonly string[];
}

/** Judges a run: what must be zero is zero, and delivery keeps its target. */
export function summarise(run: {
  seconds: number;
  devices: number;
  result: LoadResult;
  stages: StageFigures;
}): Summary {
  const { publisher, fleet, lost } = run.result;
  const { inspected } = run.stages;
  const quarantined = inspected.quarantine + inspected.deny;
  const p99 = fleet.latency.p99;
  const failures = [
    publisher.acknowledged === 0 && "nothing was published",
    publisher.failed > 0 && `${whole(publisher.failed)} alerts were not acknowledged`,
    lost > 0 && `${whole(lost)} alerts were lost`,
    fleet.misdelivered > 0 && `${whole(fleet.misdelivered)} alerts were misdelivered`,
    p99 !== undefined &&
      p99 > deliveryTargetMs &&
      `delivery P99 is ${ms(p99)} ms, over ${deliveryTargetMs} ms`,
    quarantined < fleet.attacks &&
      `${fleet.attacks - quarantined} attacks of ${fleet.attacks} got through`,
  ].filter((line) => line !== false);
  return {
    seconds: run.seconds,
    devices: run.devices,
    published: publisher.acknowledged,
    delivered: fleet.delivered,
    lost,
    duplicated: fleet.duplicated,
    outOfOrder: fleet.outOfOrder,
    misdelivered: fleet.misdelivered,
    tagged: inspected.tag,
    quarantined,
    attackReports: fleet.attacks,
    deliveryMs: fleet.latency,
    authMs: { p50: run.stages.authP50, p99: run.stages.authP99 },
    failures,
  };
}

export function summaryTable(summary: Summary, stages: StageFigures): string {
  const { deliveryMs, authMs } = summary;
  const table = new Table({
    style: { border: ["dim"], compact: true },
    colAligns: ["left", "right", "left"],
  });
  table.push(
    [
      "published",
      whole(summary.published),
      `in ${duration(summary.seconds)}, acknowledged by Mosquitto`,
    ],
    [
      "inspected",
      whole(sumVerdicts(stages.inspected)),
      `${whole(summary.tagged)} tagged, alerts and reports`,
    ],
    ["delivered", whole(summary.delivered), `to ${whole(summary.devices)} devices by TLS 1.3`],
    ["lost", whole(summary.lost), "must be 0"],
    ["misdelivered", whole(summary.misdelivered), "must be 0"],
    ["duplicated", whole(summary.duplicated), ""],
    ["out of order", whole(summary.outOfOrder), "per client"],
    [
      "quarantined",
      whole(summary.quarantined),
      `${whole(summary.attackReports)} attacks were reported by devices`,
    ],
    ["delivery P50", `${ms(deliveryMs.p50)} ms`, "publish to device, after a warm-up of 5 s"],
    ["delivery P99", `${ms(deliveryMs.p99)} ms`, `target ${deliveryTargetMs} ms`],
    ["delivery max", `${ms(deliveryMs.max)} ms`, ""],
    ["auth P50", `${ms(authMs.p50)} ms`, "in the auth service, from its histogram"],
    ["auth P99", `${ms(authMs.p99)} ms`, `target ${authTargetMs} ms`],
  );
  return table.toString();
}
