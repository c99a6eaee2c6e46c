import { Counter, Gauge, type Registry } from "prom-client";

/** Counters start at zero, so that a first one is seen as a rise. */
export function createOneSessionMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  return {
    told: counter("sentinel_auth_logins_told_total", "Logins that other regions were told of"),
    untold: counter(
      "sentinel_auth_logins_untold_total",
      "Logins that other regions could not be told of: an older session there stays",
    ),
    closed: counter(
      "sentinel_auth_moved_sessions_closed_total",
      "Sessions closed here because their device has logged in to another region since",
    ),
    failures: counter(
      "sentinel_auth_moved_sessions_failures_total",
      "Sessions of devices that have moved to another region that could not be closed",
    ),
    dropped: counter(
      "sentinel_auth_moved_sessions_dropped_total",
      "The same, not tried because too many waited",
    ),
    watchWaiting: (waiting: () => number) =>
      new Gauge({
        name: "sentinel_auth_moved_sessions_waiting",
        help: "Sessions of devices that have moved to another region that are still to be closed",
        registers,
        collect() {
          this.set(waiting());
        },
      }),
  };
}
