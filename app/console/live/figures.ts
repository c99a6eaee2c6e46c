import { lanes } from "../../contract/lanes.ts";
import { type Origin, origins } from "../../contract/subjects.ts";
import { type Verdict, verdicts } from "../../contract/verdict.ts";
import { type Buckets, bucketsOf, type Sample, total } from "../../shared/process-metrics.ts";

/** What was counted until one moment, and how things stand then. */
export interface Figures {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Alerts that are in INGRESS or DEAD_LETTER; of two bridges the first counts. */
  readonly takenIn: number;
  readonly verdicts: Readonly<Record<Origin, Readonly<Record<Verdict, number>>>>;
  readonly deadLetters: number;
  /** QoS 0 alerts that were dropped because too much waited. */
  readonly shed: number;
  /** Alerts whose publisher wanted them gone before they could be read. */
  readonly expired: number;
  readonly admitted: number;
  readonly refused: number;
  readonly latency: Readonly<Record<"bridge" | "inspector" | "auth", Buckets>>;
  readonly state: {
    readonly bridgesConnected: number;
    readonly bridgesLeading: number;
    readonly waiting: number;
    readonly held: number;
    readonly partitions: Readonly<Record<"alerts" | "reports", number>>;
  };
}

export function figuresOf(samples: readonly Sample[], at: number): Figures {
  const sum = (name: string, labels: Record<string, string> = {}) => total(samples, name, labels);
  const inspected = (origin: Origin, verdict: Verdict) =>
    sum("sentinel_inspector_inspected_messages_total", { origin, verdict });
  const alerts = { process: lanes.alerts.process };
  return {
    at,
    takenIn:
      sum("sentinel_bridge_stored_messages_total") -
      sum("sentinel_bridge_duplicate_messages_total"),
    verdicts: byName(origins, (origin) => byName(verdicts, (name) => inspected(origin, name))),
    deadLetters:
      sum("sentinel_bridge_dead_letter_messages_total") +
      sum("sentinel_inspector_dead_letter_messages_total"),
    shed: sum("sentinel_bridge_shed_messages_total"),
    expired: sum("sentinel_bridge_expired_messages_total"),
    admitted: sum("sentinel_auth_decisions_total", { outcome: "admit" }),
    refused: sum("sentinel_auth_decisions_total", { outcome: "refuse" }),
    latency: {
      bridge: bucketsOf(samples, "sentinel_bridge_store_seconds"),
      inspector: bucketsOf(samples, "sentinel_inspector_store_seconds", alerts),
      auth: bucketsOf(samples, "sentinel_auth_decision_seconds"),
    },
    state: {
      bridgesConnected: sum("sentinel_bridge_upstream_connected"),
      bridgesLeading: sum("sentinel_bridge_leads"),
      waiting: sum("sentinel_inspector_lag_messages", alerts),
      held: sum("sentinel_inspector_held_messages"),
      partitions: {
        alerts: sum("sentinel_inspector_partitions_owned", alerts),
        reports: sum("sentinel_inspector_partitions_owned", { process: lanes.reports.process }),
      },
    },
  };
}

function byName<N extends string, V>(names: readonly N[], of: (name: N) => V): Record<N, V> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<N, V>;
}

/** What a histogram counted between two moments. */
export function bucketsBetween(before: Buckets, now: Buckets): Buckets {
  const earlier = new Map(before);
  return now.map(([bound, count]) => [bound, count - (earlier.get(bound) ?? 0)]);
}
