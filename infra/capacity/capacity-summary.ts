import type { RegionEstimate } from "./capacity-table.ts";

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const row = (name: string, cells: readonly string[]) => `| ${[name, ...cells].join(" | ")} |`;

/** The few figures of a plan that the README shows, as its table and the sentence below it. */
export function capacitySummary(estimates: readonly RegionEstimate[]): string {
  const cells = (value: (estimate: RegionEstimate) => string) => estimates.map(value);
  const sum = (usd: (estimate: RegionEstimate) => number) =>
    whole(estimates.reduce((total, estimate) => total + usd(estimate), 0));
  const clients = estimates.reduce((total, { demand }) => total + demand.clients, 0);
  const alerts = estimates[0]?.demand.alertsPerSecond ?? 0;
  const most = Math.max(...estimates.map(({ plan }) => plan.edge.maxReplicas));
  return [
    row(
      `${whole(clients)} devices, ${whole(alerts)} alerts/s`,
      cells(({ region }) => region),
    ),
    row(
      "---",
      cells(() => "---"),
    ),
    row(
      "devices",
      cells(({ demand }) => whole(demand.clients)),
    ),
    row(
      "NATS core",
      cells(
        ({ plan: { core } }) =>
          `${core.replicas} × ${core.instanceType}, ${whole(core.volumeGiB)} GiB each`,
      ),
    ),
    row(
      `NATS edge (autoscaled up to ${most})`,
      cells(({ plan: { edge } }) => `${edge.replicas} × ${edge.instanceType}`),
    ),
    row(
      "everything else",
      cells(({ plan }) => `${plan.appsNodes} × ${plan.appsInstanceType}`),
    ),
    row(
      "USD a month",
      cells(({ monthlyUsd }) => whole(monthlyUsd)),
    ),
    "",
    `That is ${sum(({ monthlyUsd }) => monthlyUsd)} USD a month. The same connections and messages on AWS IoT Core come to about ${sum(({ iotCoreMonthlyUsd }) => iotCoreMonthlyUsd)} USD, without inspection, 72 hours of storage and copies in other regions.`,
    "",
  ].join("\n");
}
