import { Counter, Gauge, type Registry } from "prom-client";
import { type ExceptionKind, exceptionKinds } from "../contract/exception.ts";
import { incidentKinds } from "../contract/incident.ts";

/**
 * What became of a finding: counted in an incident; in one of its own, since there are too many to
 * remember; in none, since a publisher's alert only quotes an attack; in none, since a person excepted it;
 * none of ours; gone before it was read.
 */
export const findingOutcomes = [
  "grouped",
  "ungrouped",
  "quoted",
  "excepted",
  "unreadable",
  "missed",
] as const;
export type FindingOutcome = (typeof findingOutcomes)[number];

/** What the gauges show. */
export interface AggregatorState {
  readonly active: () => boolean;
  /** Findings that are stored and not counted yet. */
  readonly behind: () => number;
  readonly groups: () => number;
  /** Clients against which something is held. */
  readonly risks: () => number;
  /** Seconds since the last synthetic attack that was seen. */
  readonly canaryAge: () => number;
  /** In force. */
  readonly exceptions: (kind: ExceptionKind) => number;
  readonly openIncidents: () => Readonly<Record<(typeof incidentKinds)[number], number>>;
}

export type AggregatorMetrics = ReturnType<typeof createAggregatorMetrics>;

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createAggregatorMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `sentinel_aggregator_${name}_total`, help, labelNames, registers });
  const findings = counter("findings", "Findings, by what became of them", ["outcome"]);
  for (const outcome of findingOutcomes) findings.inc({ outcome }, 0);
  const metrics = {
    finding: (outcome: FindingOutcome, count = 1) => findings.inc({ outcome }, count),
    silenced: counter("silenced_findings", "Findings that were counted and told to nobody"),
    labelFailures: counter(
      "label_failures",
      "Times that nobody told the labels of devices, so that no exception for a label hid anything",
    ),
    unheld: counter(
      "unheld_findings",
      "Findings that were not held against their clients, since there are too many to remember",
    ),
    barFailures: counter(
      "bar_failures",
      "Times that nobody answered a request to bar a device; it is asked for again",
    ),
    commits: counter("commits", "Times that what had changed was stored"),
    takeovers: counter("takeovers", "Times that this replica became the active one"),
    failures: counter(
      "failures",
      "Times that it ended to be active by a failure, and began anew from what is stored",
    ),
    watch: (state: AggregatorState) => {
      gauge("active", "1 while this replica is the one that counts", () =>
        state.active() ? 1 : 0,
      );
      gauge("behind_findings", "Findings that are stored and not counted yet", state.behind);
      gauge(
        "canary_age_seconds",
        "How old the last synthetic attack is that was seen, or the turn of this replica; 0 while another one is active",
        state.canaryAge,
      );
      gauge("risky_clients", "Clients against which something is held", state.risks);
      gauge("groups", "Pairs of rule and client that are remembered", state.groups);
      new Gauge({
        name: "sentinel_aggregator_exceptions",
        help: "What hides findings: exceptions, and silences, which hide them from receivers only",
        labelNames: ["kind"],
        registers,
        collect() {
          for (const kind of exceptionKinds) this.set({ kind }, state.exceptions(kind));
        },
      });
      new Gauge({
        name: "sentinel_aggregator_open_incidents",
        help: "Incidents in which findings are counted",
        labelNames: ["kind"],
        registers,
        collect() {
          const open = state.openIncidents();
          for (const kind of incidentKinds) this.set({ kind }, open[kind]);
        },
      });
    },
  };
  function gauge(name: string, help: string, value: () => number) {
    new Gauge({
      name: `sentinel_aggregator_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }
  return metrics;
}
