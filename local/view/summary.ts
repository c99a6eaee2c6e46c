import Table from "cli-table3";
import type { LoadResult } from "../load/load.ts";
import type { ProcessorShares } from "../processor-watch.ts";
import { duration, ms, percent, whole } from "./format.ts";
import { deliveryTargetMs, lateness } from "./lateness.ts";
import { type StageFigures, sumVerdicts } from "./stage-figures.ts";

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
  /** Of an earlier run with the same devices. */
  readonly earlier: number;
  readonly tagged: number;
  readonly quarantined: number;
  readonly attackReports: number;
  readonly deliveryMs: LoadResult["fleet"]["latency"];
  readonly authMs: { readonly p50: number | undefined; readonly p99: number | undefined };
  /** Before latencies were measured, and processors watched. */
  readonly warmUpSeconds: number;
  readonly processors: ProcessorShares;
  /** Processor time of the region's processes for each alert, while latencies were measured. */
  readonly processorMsPerAlert: number | undefined;
  /** What fell short on any machine, in words; empty when all is well. */
  readonly failures: readonly string[];
  /** Why delivery was over its target, when it was. */
  readonly late: string | undefined;
}

/**
 * Judges a run. What must be zero is zero on every machine; how fast it is depends on the machine,
 * and is told with what the machine was busy with.
 */
export function summarise(run: {
  seconds: number;
  devices: number;
  result: LoadResult;
  stages: StageFigures;
  warmUpSeconds: number;
  processors: ProcessorShares;
}): Summary {
  const { publisher, fleet, lost } = run.result;
  const { warmUpSeconds, processors } = run;
  const { inspected } = run.stages;
  const quarantined = inspected.quarantine + inspected.deny;
  const failures = [
    publisher.acknowledged === 0 && "nothing was published",
    publisher.failed > 0 && `${whole(publisher.failed)} alerts were not acknowledged`,
    lost > 0 && `${whole(lost)} alerts were lost`,
    fleet.misdelivered > 0 && `${whole(fleet.misdelivered)} alerts were misdelivered`,
    fleet.outOfOrder > 0 && `${whole(fleet.outOfOrder)} alerts came out of order`,
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
    earlier: fleet.earlier,
    tagged: inspected.tag,
    quarantined,
    attackReports: fleet.attacks,
    deliveryMs: fleet.latency,
    authMs: { p50: run.stages.authP50, p99: run.stages.authP99 },
    warmUpSeconds,
    processors,
    processorMsPerAlert:
      fleet.latency.count > 0 ? (processors.regionSeconds * 1000) / fleet.latency.count : undefined,
    failures,
    late: lateness(fleet.latency.p99, processors),
  };
}

const busyWith = ({ region, load, others, steal, queue }: ProcessorShares) =>
  [
    `region ${percent(region)}`,
    `simulated load ${percent(load)}`,
    `others ${percent(others)}`,
    `steal ${percent(steal)}`,
    `${queue.toFixed(1)} threads ran or waited`,
  ].join(", ");

export function summaryTable(summary: Summary, stages: StageFigures): string {
  const { deliveryMs, authMs, processors } = summary;
  const table = new Table({
    style: { border: ["dim"], compact: true },
    colAligns: ["left", "right", "left"],
  });
  table.push(
    ["published", whole(summary.published), `in ${duration(summary.seconds)}, acknowledged`],
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
    ...(summary.earlier > 0
      ? [
          [
            "of an earlier run",
            whole(summary.earlier),
            "sent again to devices that came back, not counted above",
          ],
        ]
      : []),
    [
      "quarantined",
      whole(summary.quarantined),
      `${whole(summary.attackReports)} attacks were reported by devices`,
    ],
    [
      "delivery P50",
      `${ms(deliveryMs.p50)} ms`,
      `publish to device, after a warm-up of ${duration(summary.warmUpSeconds)}`,
    ],
    ["delivery P99", `${ms(deliveryMs.p99)} ms`, `target ${deliveryTargetMs} ms`],
    ["delivery max", `${ms(deliveryMs.max)} ms`, ""],
    ["auth P50", `${ms(authMs.p50)} ms`, "in the auth service, from its histogram"],
    ["auth P99", `${ms(authMs.p99)} ms`, `target ${authTargetMs} ms`],
    [
      "processor time",
      `${ms(summary.processorMsPerAlert)} ms`,
      "of all processes of the region, an alert",
    ],
    ["machine", percent(1 - processors.idle), `busy: ${busyWith(processors)}`],
  );
  return table.toString();
}
