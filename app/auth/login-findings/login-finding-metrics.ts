import { Counter, type Registry } from "prom-client";
import { type LoginRule, loginRules } from "./login-finding.ts";

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createLoginFindingMetrics(registry: Registry) {
  const registers = [registry];
  const found = new Counter({
    name: "sentinel_auth_login_findings_total",
    help: "Findings that logins made, by rule",
    labelNames: ["rule"],
    registers,
  });
  for (const rule of loginRules) found.inc({ rule }, 0);
  return {
    found: (rule: LoginRule) => found.inc({ rule }),
    untold: new Counter({
      name: "sentinel_auth_login_findings_untold_total",
      help: "The same, not stored: too many in a minute, or nothing could be",
      registers,
    }),
  };
}
