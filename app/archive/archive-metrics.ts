import { Counter, Gauge, type Registry } from "prom-client";

/**
 * How AUDIT and the archive contradict each other: AUDIT ends before what is archived; the record that
 * was archived last is another one in AUDIT; AUDIT was made anew; it has lost records before they were archived; the archive's end is none of ours.
 */
export const contradictions = [
  "stream-ends-before",
  "stream-differs",
  "stream-made-anew",
  "records-missing",
  "archive-not-ours",
] as const;
export type Contradiction = (typeof contradictions)[number];

/** What failed, of which the next attempt may succeed. */
export const failures = ["read", "store"] as const;
export type Failure = (typeof failures)[number];

export type ArchiveMetrics = ReturnType<typeof createArchiveMetrics>;

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createArchiveMetrics(registry: Registry, clock: () => number) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `sentinel_archive_${name}_total`, help, labelNames, registers });
  /** When the oldest record was stored that AUDIT has and the archive has not. */
  let waitsSince: number | undefined;
  const metrics = {
    records: counter("records", "Audit records that were archived"),
    objects: counter("objects", "Objects that were added to the archive"),
    bytes: counter("bytes", "Size of these objects"),
    failures: counter("failures", "Attempts that failed and are repeated", ["at"]),
    contradictions: counter(
      "contradictions",
      "Times at which AUDIT and its archive were found to contradict each other; counted again at each look",
      ["kind"],
    ),
    lastRecord: new Gauge({
      name: "sentinel_archive_last_record_timestamp_seconds",
      help: "When the last archived record was stored in AUDIT; 0 when there is none yet",
      registers,
    }),
    waiting: (since: number | undefined) => {
      waitsSince = since;
    },
  };
  new Gauge({
    name: "sentinel_archive_waiting_seconds",
    help: "Age of the oldest record that is not archived; 0 when all are",
    registers,
    collect() {
      this.set(waitsSince === undefined ? 0 : Math.max(0, (clock() - waitsSince) / 1_000));
    },
  });
  for (const kind of contradictions) metrics.contradictions.inc({ kind }, 0);
  for (const at of failures) metrics.failures.inc({ at }, 0);
  return metrics;
}
