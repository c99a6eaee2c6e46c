import { Counter, type Registry } from "prom-client";
import type { Guess } from "./guesses.ts";

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createGuessMetrics(registry: Registry) {
  const registers = [registry];
  const found = new Counter({
    name: "sentinel_auth_guess_findings_total",
    help: "Findings that refused logins made, by rule",
    labelNames: ["rule"],
    registers,
  });
  for (const rule of ["credential-stuffing", "distributed-guessing"]) found.inc({ rule }, 0);
  return {
    found: (rule: Guess["rule"]) => found.inc({ rule }),
    untold: new Counter({
      name: "sentinel_auth_guess_findings_untold_total",
      help: "The same, not stored: too many in a minute, or nothing could be",
      registers,
    }),
  };
}
