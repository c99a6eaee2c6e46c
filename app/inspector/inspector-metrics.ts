import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { deadLetterReasons } from "../contract/dead-letter.ts";
import { decisionActions, decisionOutcomes } from "../contract/quarantine-decision.ts";
import { origins } from "../contract/subjects.ts";
import { findingClasses, levels, verdicts } from "../contract/verdict.ts";
import { latencyBuckets } from "../shared/metrics.ts";
import { replacementCodes } from "./patterns/matching-thread.ts";
import { destinations } from "./pipeline/outputs.ts";

/** What can be read at any time rather than counted when it happens. */
export interface InspectorState {
  readonly partitionsOwned: () => number;
  readonly held: () => number;
  readonly matchingWaiting: () => number;
  readonly clientsRemembered: () => number;
  readonly fleetFactor: () => number;
  readonly purgeDistance: () => number | undefined;
}

export type InspectorMetrics = ReturnType<typeof createInspectorMetrics>;
type Labelled =
  | "inspected"
  | "findings"
  | "deadLetters"
  | "duplicates"
  | "storeRetries"
  | "threadReplacements"
  | "budgetExceeded"
  | "canaries"
  | "decisions"
  | "leaseLosses";

/** Stages take microseconds, and a rule that thrashes takes a hundred milliseconds. */
const stageBuckets = [
  0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 1,
];

export function createInspectorMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `sentinel_inspector_${name}_total`, help, labelNames, registers });
  const stages = new Histogram({
    name: "sentinel_inspector_stage_seconds",
    help: "Time of one stage with one message",
    labelNames: ["stage"] as const,
    buckets: stageBuckets,
    registers,
  });
  const metrics = {
    inspected: counter("inspected_messages", "Messages with a verdict", ["verdict", "origin"]),
    findings: counter("findings", "What the stages found", ["class", "level"]),
    deadLetters: counter("dead_letter_messages", "Messages that went to DEAD_LETTER", ["reason"]),
    duplicates: counter("duplicate_messages", "Results that were stored already", ["destination"]),
    sentAgain: counter(
      "resent_alerts",
      "Alerts sent to their device once more, since the connection to a server was lost",
      [],
    ),
    storeRetries: counter("store_retries", "Failed attempts to store", ["destination"]),
    threadReplacements: counter(
      "matching_thread_replacements",
      "Threads for large messages that died or did not answer in time",
      ["code"],
    ),
    budgetExceeded: counter(
      "budget_exceeded_messages",
      "Messages whose matching failed or did not end within its budget",
      ["origin"],
    ),
    canaries: counter("canaries", "Synthetic attacks, and whether they were found", ["outcome"]),
    stageFailures: counter(
      "stage_failures",
      "Inspections that failed, to be repeated or given up",
      [],
    ),
    decisions: counter("decisions", "What was asked about held messages, and what came of it", [
      "action",
      "outcome",
    ]),
    leaseLosses: counter("lease_losses", "Partitions lost rather than handed back", ["code"]),
    registryFailures: counter("registry_failures", "Status requests without a usable answer", []),
    unverified: counter("unverified_recipients", "Look-ups that stayed without a status", []),
    storeSeconds: new Histogram({
      name: "sentinel_inspector_store_seconds",
      help: "From the log storing a message to its results being stored",
      buckets: latencyBuckets,
      registers,
    }),
    lag: new Gauge({
      name: "sentinel_inspector_lag_messages",
      help: "Messages of a partition that wait or are in flight",
      labelNames: ["partition"] as const,
      registers,
    }),
    stageSeconds: (stage: string, seconds: number) => stages.observe({ stage }, seconds),
  };
  startAtZero(metrics);
  return metrics;
}

/** An alert on an increase would miss the first one of a series that is not there yet. */
function startAtZero(metrics: Pick<InspectorMetrics, Labelled>) {
  for (const verdict of verdicts) {
    for (const origin of origins) metrics.inspected.inc({ verdict, origin }, 0);
  }
  for (const findingClass of findingClasses) {
    for (const level of levels) metrics.findings.inc({ class: findingClass, level }, 0);
  }
  for (const destination of destinations) {
    metrics.duplicates.inc({ destination }, 0);
    metrics.storeRetries.inc({ destination }, 0);
  }
  for (const reason of deadLetterReasons) metrics.deadLetters.inc({ reason }, 0);
  for (const code of replacementCodes) metrics.threadReplacements.inc({ code }, 0);
  for (const outcome of ["raised", "missed"]) metrics.canaries.inc({ outcome }, 0);
  for (const origin of origins) metrics.budgetExceeded.inc({ origin }, 0);
  for (const action of decisionActions) {
    for (const outcome of decisionOutcomes) metrics.decisions.inc({ action, outcome }, 0);
  }
  for (const code of ["taken", "expired"]) metrics.leaseLosses.inc({ code }, 0);
}

/** Gauges that are read when they are asked for. */
export function exposeInspectorState(registry: Registry, state: InspectorState): void {
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    new Gauge({
      name: `sentinel_inspector_${name}`,
      help,
      registers: [registry],
      collect() {
        const value = read();
        if (value !== undefined) this.set(value);
      },
    });
  gauge("partitions_owned", "Partitions that this replica holds", state.partitionsOwned);
  gauge("held_messages", "Messages whose inspection fails", state.held);
  gauge(
    "matching_waiting_messages",
    "Large messages that wait for their thread",
    state.matchingWaiting,
  );
  gauge("clients_remembered", "Clients with a baseline", state.clientsRemembered);
  gauge("fleet_activity_ratio", "Active clients against the usual number", state.fleetFactor);
  gauge(
    "purge_distance_messages",
    "Messages between the slowest cursor and the end of the log",
    state.purgeDistance,
  );
}
