import { Counter, Gauge, type Registry } from "prom-client";
import { meteredLimits } from "../cut-off/cut-off.ts";

export const meteredKinds = ["report", "session", "held"] as const;
export type MeteredKind = (typeof meteredKinds)[number];

export type MeterMetrics = ReturnType<typeof createMeterMetrics>;

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createMeterMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `sentinel_meter_${name}_total`, help, labelNames, registers });
  const metrics = {
    messages: counter("messages", "What devices sent or changed, as far as it was counted", [
      "kind",
    ]),
    bytes: counter("bytes", "Payload of the reports that were counted"),
    unreadable: counter("unreadable_messages", "Messages that name no device"),
    exceeded: counter("exceeded_limits", "Devices that were found to have too much of something", [
      "limit",
    ]),
    requestFailures: counter(
      "cut_off_request_failures",
      "Devices that should be cut off and were not, for want of an answer of auth",
    ),
    findingRetries: counter("finding_retries", "Failed attempts to store a finding"),
    interruptions: counter(
      "interruptions",
      "Times at which the connection was lost: what devices sent meanwhile was not counted",
    ),
    watchDevices: (devices: () => number) =>
      new Gauge({
        name: "sentinel_meter_devices",
        help: "Devices that are remembered",
        registers,
        collect() {
          this.set(devices());
        },
      }),
  };
  for (const kind of meteredKinds) metrics.messages.inc({ kind }, 0);
  for (const limit of meteredLimits) metrics.exceeded.inc({ limit }, 0);
  return metrics;
}
