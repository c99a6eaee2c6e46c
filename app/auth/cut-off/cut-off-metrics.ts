import { Counter, Gauge, type Registry } from "prom-client";
import { type MeteredLimit, meteredLimits } from "../../cut-off/cut-off.ts";
import { type WithholdingCause, withholdingCauses } from "./withheld-cut-offs.ts";

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createCutOffMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const cutOffs = new Counter({
    name: "sentinel_auth_cut_offs_total",
    help: "Devices that this replica cut off, by the limit that they passed",
    labelNames: ["limit"],
    registers,
  });
  for (const limit of meteredLimits) cutOffs.inc({ limit }, 0);
  const withheld = new Counter({
    name: "sentinel_auth_cut_offs_withheld_total",
    help: "Requests to cut a device off that were not followed: no such device, or too many in a minute",
    labelNames: ["cause"],
    registers,
  });
  for (const cause of withholdingCauses) withheld.inc({ cause }, 0);
  return {
    cutOff: (limit: MeteredLimit) => cutOffs.inc({ limit }),
    withheld: (cause: WithholdingCause) => withheld.inc({ cause }),
    failures: counter(
      "sentinel_auth_cut_off_failures_total",
      "Requests to cut a device off that failed; each is followed by another while it floods",
    ),
    closingFailures: counter(
      "sentinel_auth_cut_off_closing_failures_total",
      "Attempts to close the sessions of devices that are cut off that failed",
    ),
    closingsWithheld: counter(
      "sentinel_auth_cut_off_closings_withheld_total",
      "Requests to close the session of a device that was cut off before that were not followed: too many in a minute",
    ),
    unrecorded: counter(
      "sentinel_auth_cut_offs_unrecorded_total",
      "Cut-offs that AUDIT could not take",
    ),
    watchInForce: (inForce: () => number) =>
      new Gauge({
        name: "sentinel_auth_cut_off_devices",
        help: "Devices that are kept out because they sent too much, as far as this replica knows",
        registers,
        collect() {
          this.set(inForce());
        },
      }),
  };
}
