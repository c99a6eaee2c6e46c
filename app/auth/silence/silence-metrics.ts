import { Counter, type Registry } from "prom-client";

/** Counters start at zero, so that a first one is seen as a rise. */
export function createSilenceMetrics(registry: Registry) {
  const registers = [registry];
  return {
    closed: new Counter({
      name: "sentinel_auth_silent_sessions_closed_total",
      help: "Sessions closed because nothing came from their device for longer than any may be silent",
      registers,
    }),
    failures: new Counter({
      name: "sentinel_auth_silent_sessions_failures_total",
      help: "Requests to close sessions of silent devices that failed; each is followed by another",
      registers,
    }),
  };
}
