import type { Section } from "./board.ts";
import { graph } from "./panels.ts";

const range = "$__rate_interval";

export const archive: Section = {
  title: "Archive of the audit",
  panels: [
    graph({
      title: "Not archived yet",
      description: "Age of the oldest audit record that is in AUDIT only",
      unit: "s",
      width: 6,
      queries: [{ expr: "max(sentinel_archive_waiting_seconds)", legend: "oldest" }],
      limit: 900,
    }),
    graph({
      title: "Since the last archived record",
      description: "It rises while nobody logs in, too",
      unit: "s",
      width: 6,
      queries: [
        {
          expr: "time() - max(sentinel_archive_last_record_timestamp_seconds > 0)",
          legend: "last record",
        },
      ],
    }),
    graph({
      title: "Archived",
      description: "Records a second, and the objects of an hour that hold them",
      unit: "short",
      width: 6,
      queries: [
        { expr: `sum(rate(sentinel_archive_records_total[${range}]))`, legend: "records a second" },
        { expr: "sum(increase(sentinel_archive_objects_total[1h]))", legend: "objects in an hour" },
        {
          expr: "sum(increase(sentinel_archive_bytes_total[1h])) / 1048576",
          legend: "MiB in an hour",
        },
      ],
    }),
    graph({
      title: "Failures, contradictions",
      description:
        "Failed attempts are repeated. A contradiction: AUDIT and its archive do not fit together",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (at) (increase(sentinel_archive_failures_total[1h]))",
          legend: "failed: {{at}}",
        },
        {
          expr: "sum by (kind) (increase(sentinel_archive_contradictions_total[1h]))",
          legend: "{{kind}}",
        },
      ],
    }),
  ],
};
