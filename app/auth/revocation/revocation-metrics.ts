import { Counter, Gauge, type Registry } from "prom-client";
import { type SessionFault, sessionFaults } from "../callout/session-proof.ts";

/** Series with known labels start at zero, so that a first failure is seen as a rise. */
export function createRevocationMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const faults = new Counter({
    name: "sentinel_auth_sweep_faults_total",
    help: "Sessions that a sweep found to be no longer allowed, by reason",
    labelNames: ["fault"],
    registers,
  });
  for (const fault of sessionFaults) faults.inc({ fault }, 0);
  return {
    changesFollowed: counter(
      "sentinel_auth_registry_changes_total",
      "Changed devices that the caches were told of, of all regions",
    ),
    sessionsClosed: counter(
      "sentinel_auth_sessions_closed_total",
      "Sessions closed because the right of their device to connect has changed",
    ),
    closingFailures: counter(
      "sentinel_auth_session_closing_failures_total",
      "Attempts to close the sessions of changed devices that failed; each is followed by another",
    ),
    faultFound: (fault: SessionFault) => faults.inc({ fault }),
    sweepFailures: counter(
      "sentinel_auth_sweep_failures_total",
      "Comparisons of all sessions with the registry that did not come to their end",
    ),
    sweptAt: new Gauge({
      name: "sentinel_auth_sweep_completed_timestamp_seconds",
      help: "When this replica last compared all sessions with the registry",
      registers,
    }),
    watchOpen: (open: () => number) =>
      new Gauge({
        name: "sentinel_auth_sessions_closing",
        help: "Changed devices whose sessions are being closed",
        registers,
        collect() {
          this.set(open());
        },
      }),
  };
}
