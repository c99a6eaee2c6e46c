import { Counter, Gauge, type Registry } from "prom-client";
import { type EnforcementMode, enforcementModes } from "../../contract/enforcement.ts";
import { type WithholdingCause, withholdingCauses } from "../cut-off/withheld-cut-offs.ts";

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createBarMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `sentinel_auth_${name}_total`, help, labelNames, registers });
  const made = counter("bars", "Devices that this replica barred, or would have by policy", [
    "mode",
  ]);
  for (const mode of enforcementModes) made.inc({ mode }, 0);
  const withheld = counter(
    "bars_withheld",
    "Requests to bar a device that were not followed, or would not be: no such device, or too many",
    ["cause", "mode"],
  );
  for (const cause of withholdingCauses) {
    for (const mode of enforcementModes) withheld.inc({ cause, mode }, 0);
  }
  return {
    made: (mode: EnforcementMode) => made.inc({ mode }),
    withheld: (cause: WithholdingCause, mode: EnforcementMode) => withheld.inc({ cause, mode }),
    lifted: counter("bars_lifted", "Bars that a person ended by this replica"),
    failures: counter("bar_failures", "Requests about bars that could not be recorded or stored"),
    closingFailures: counter(
      "bar_closing_failures",
      "Attempts to close the sessions of barred devices that failed; they are repeated",
    ),
    watchInForce: (inForce: (mode: EnforcementMode) => number) =>
      new Gauge({
        name: "sentinel_auth_barred_devices",
        help: "Devices that are barred in all regions, or would be, as far as this replica knows",
        labelNames: ["mode"],
        registers,
        collect() {
          for (const mode of enforcementModes) this.set({ mode }, inForce(mode));
        },
      }),
  };
}
