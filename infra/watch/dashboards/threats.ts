import { laneNames } from "../../../app/contract/lanes.ts";
import { deadLetters, inspectorsOf, ownStream, quantileOf } from "../queries.ts";
import { board, type Section } from "./board.ts";
import { floods } from "./floods.ts";
import { incidents } from "./incidents.ts";
import { graph, stacked } from "./panels.ts";

const range = "$__rate_interval";
const rates = (metric: string, by: string) => `sum by (${by}) (rate(${metric}[${range}]))`;
const inspected = "sentinel_inspector_inspected_messages_total";
const stored = (stream: string) => ({
  expr: `max(rate(jetstream_stream_last_seq${ownStream(stream)}[${range}]))`,
  legend: stream,
});

const found: Section = {
  title: "Findings and verdicts",
  panels: [
    stacked({
      title: "Findings",
      description: "What the stages noticed, by class and level. A message may have several",
      unit: "mps",
      width: 12,
      queries: [
        {
          expr: rates("sentinel_inspector_findings_total", "class, level"),
          legend: "{{class}} {{level}}",
        },
      ],
    }),
    stacked({
      title: "Verdicts",
      description: "Alerts that quote an attack are tagged and delivered; reports are held to more",
      unit: "mps",
      width: 12,
      queries: [{ expr: rates(inspected, "origin, verdict"), legend: "{{origin}} {{verdict}}" }],
    }),
  ],
};

const heldBack: Section = {
  title: "Held back and refused",
  panels: [
    graph({
      title: "Held back, part of all",
      description: "Quarantined or denied, by origin",
      unit: "percentunit",
      width: 6,
      queries: [
        {
          expr: `${rates(`${inspected}{verdict=~"quarantine|deny"}`, "origin")} / ${rates(inspected, "origin")}`,
          legend: "{{origin}}",
        },
      ],
      limit: 0.05,
    }),
    graph({
      title: "Dead letters, 5 min",
      description: "Refused by a bridge or an inspector, by reason",
      unit: "short",
      width: 6,
      queries: [{ expr: deadLetters("5m"), legend: "{{process}} {{reason}}" }],
    }),
    graph({
      title: "Stored",
      description: "What the inspectors write besides alerts and reports",
      unit: "mps",
      width: 6,
      queries: ["QUARANTINE", "SECURITY_EVENTS", "DEAD_LETTER"].map(stored),
    }),
    graph({
      title: "Released and dropped, 1 h",
      description: "What was asked about held messages, and what came of it",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (action, outcome) (increase(sentinel_inspector_decisions_total[1h]))",
          legend: "{{action}} {{outcome}}",
        },
      ],
    }),
  ],
};

const state: Section = {
  title: "How the inspectors judge",
  panels: [
    graph({
      title: "Fleet activity",
      description:
        "Active clients against the usual number: while it is high, a single client's surge counts for less",
      unit: "short",
      width: 6,
      queries: [{ expr: "sentinel_inspector_fleet_activity_ratio", legend: "{{replica}}" }],
    }),
    graph({
      title: "Clients with a baseline",
      description: "Habits that are remembered, per replica",
      unit: "short",
      width: 6,
      queries: [{ expr: "sentinel_inspector_clients_remembered", legend: "{{replica}}" }],
    }),
    graph({
      title: "Recipients not verified",
      description: "Alerts delivered with a tag, because the registry gave no answer",
      unit: "mps",
      width: 6,
      queries: [
        {
          expr: `sum(rate(sentinel_inspector_unverified_recipients_total[${range}]))`,
          legend: "unverified",
        },
        {
          expr: `sum(rate(sentinel_inspector_registry_failures_total[${range}]))`,
          legend: "failed requests",
        },
      ],
    }),
    graph({
      title: "Time of the stages",
      description: "P99 of a stage with one message; of every sixteenth message",
      unit: "s",
      width: 6,
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (stage, le) (rate(sentinel_inspector_stage_seconds_bucket[${range}])))`,
          legend: "{{stage}}",
        },
      ],
    }),
    graph({
      title: "Inspections that failed",
      description: "Each is repeated until it succeeds",
      unit: "mps",
      width: 6,
      queries: [
        {
          expr: `sum(rate(sentinel_inspector_stage_failures_total[${range}]))`,
          legend: "failures",
        },
      ],
    }),
    graph({
      title: "Large messages",
      description:
        "Matched in a thread: those that wait, threads replaced, and messages given up as too dear",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (process) (sentinel_inspector_matching_waiting_messages)",
          legend: "{{process}} waiting",
        },
        {
          expr: "sum by (process, code) (increase(sentinel_inspector_matching_thread_replacements_total[5m]))",
          legend: "{{process}} {{code}}",
        },
        {
          expr: "sum by (origin) (increase(sentinel_inspector_budget_exceeded_messages_total[5m]))",
          legend: "not matched, {{origin}}",
        },
      ],
    }),
    graph({
      title: "Messages held",
      description: "Their inspection fails: they are neither passed on nor dropped",
      unit: "short",
      width: 6,
      queries: [{ expr: "sentinel_inspector_held_messages", legend: "{{replica}}" }],
    }),
    graph({
      title: "All stages and the stores",
      description: "P99 from a lane's log to results: a rule that thrashes shows here first",
      unit: "s",
      width: 6,
      queries: [
        ...laneNames.map((lane) => ({
          expr: quantileOf(0.99, "sentinel_inspector_store_seconds", range, inspectorsOf(lane)),
          legend: `P99 of ${lane}`,
        })),
      ],
    }),
  ],
};

export const threats = board({
  uid: "sentinel-threats",
  title: "Threats",
  description: "What was found, what was done about it, and what the judgement rests on",
  sections: [found, incidents, floods, heldBack, state],
});
