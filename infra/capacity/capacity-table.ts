import Table from "cli-table3";
import type { RegionName } from "../../app/contract/regions.ts";
import { planRegion } from "./capacity.ts";
import { type CostItem, monthlyCost, totalOf } from "./cost.ts";
import { iotCoreCost, iotCoreNote } from "./iot-core.ts";
import { measured } from "./measurements.ts";
import type { Demand, RegionPlan, Workload } from "./plan.ts";
import { priceNote } from "./prices.ts";

/** One region's plan with what it costs in a month, here and on AWS IoT Core. */
export interface RegionEstimate {
  readonly region: RegionName;
  readonly demand: Demand;
  readonly plan: RegionPlan;
  readonly monthlyUsd: number;
  readonly cost: readonly CostItem[];
  readonly iotCoreMonthlyUsd: number;
  readonly iotCoreCost: readonly CostItem[];
}

/** @throws RangeError for a demand that cannot be met. */
export function estimateOf(region: RegionName, demand: Demand): RegionEstimate {
  const plan = planRegion(demand);
  const cost = monthlyCost(region, demand, plan);
  const iotCore = iotCoreCost(demand);
  return {
    region,
    demand,
    plan,
    monthlyUsd: totalOf(cost),
    cost,
    iotCoreMonthlyUsd: totalOf(iotCore),
    iotCoreCost: iotCore,
  };
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const GiB = (bytes: number) => `${whole(bytes / 1024 ** 3)} GiB`;

function workload({ replicas, pod }: Workload): string {
  return `${replicas} × ${pod.cpuMillis / 1000} vCPU, ${whole(pod.memoryMiB)} MiB`;
}

/** Name of a row and its value in one region. */
type Row = readonly [name: string, value: (estimate: RegionEstimate) => string];

const planRows: readonly Row[] = [
  ["devices", ({ demand }) => whole(demand.clients)],
  ["alerts/s, all regions", ({ demand }) => whole(demand.alertsPerSecond)],
  ["kept for", ({ demand }) => `${demand.retentionHours} h`],
  ["NATS core", ({ plan }) => workload(plan.core)],
  ["  nodes", ({ plan }) => `${plan.core.replicas} × ${plan.core.instanceType}`],
  ["  volume of each", ({ plan }) => `${whole(plan.core.volumeGiB)} GiB`],
  ["  its speed", ({ plan }) => diskSpeed(plan)],
  ["  INGRESS", ({ plan }) => GiB(plan.streams.maxBytes.INGRESS)],
  ["NATS edge", ({ plan }) => workload(plan.edge)],
  ["  nodes", ({ plan }) => `${plan.edge.replicas} × ${plan.edge.instanceType}`],
  ["  autoscaler up to", ({ plan }) => `${plan.edge.maxReplicas}`],
  ["  devices on each", ({ demand, plan }) => whole(demand.clients / plan.edge.replicas)],
  ["  with a zone lost", ({ demand, plan }) => whole((demand.clients * 1.5) / plan.edge.replicas)],
  ["  refuses more than", ({ plan }) => whole(plan.edge.maxConnections)],
  ["a zone's devices back in", ({ demand }) => zoneReturn(demand)],
  ["auth", ({ plan }) => workload(plan.auth)],
  ["delivery", ({ plan }) => workload(plan.delivery)],
  ["meter", ({ plan }) => workload(plan.meter)],
  ["inspector", ({ plan }) => workload(plan.inspector)],
  ["report inspector", ({ plan }) => workload(plan.reportInspector)],
  ["bridge", ({ plan }) => workload(plan.bridge)],
  ["console", ({ plan }) => workload(plan.console)],
  ["aggregator", ({ plan }) => workload(plan.aggregator)],
  ["archive", ({ plan }) => workload(plan.archive)],
  ["Mosquitto", ({ plan }) => mosquitto(plan)],
  ["nodes for the rest", ({ plan }) => `${plan.appsNodes} × ${plan.appsInstanceType}`],
];

const diskSpeed = ({ core: { disk } }: RegionPlan) =>
  `${whole(disk.iops)} IOPS, ${disk.mebibytesPerSecond} MiB/s`;

const zoneReturn = ({ clients }: Demand) =>
  `${whole(clients / 3 / measured.loginsPerSecond)} s at ${whole(measured.loginsPerSecond)}/s`;

function mosquitto({ mosquitto }: RegionPlan): string {
  if (!mosquitto) return "external";
  return `${workload({ replicas: 1, pod: mosquitto.pod })}, ${mosquitto.volumeGiB} GiB`;
}

const costRows = (
  estimates: readonly RegionEstimate[],
  of: keyof RegionEstimate & `${string}ost`,
) =>
  (estimates[0]?.[of] ?? []).map(
    ({ item }, index): Row => [`  ${item}`, (estimate) => whole(estimate[of][index]?.usd ?? 0)],
  );

function tableOf(title: string, estimates: readonly RegionEstimate[], rows: readonly Row[]) {
  const table = new Table({
    head: [title, ...estimates.map(({ region }) => region)],
    colAligns: ["left", ...estimates.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, value] of rows) table.push([name, ...estimates.map(value)]);
  return table;
}

/** What stands in a region, what it costs, and what AWS IoT Core would cost, side by side. */
export function capacityTables(estimates: readonly RegionEstimate[]): string {
  const plan = tableOf("plan", estimates, planRows);
  const cost = tableOf("USD a month", estimates, [
    ...costRows(estimates, "cost"),
    ["MQTT Sentinel", ({ monthlyUsd }) => whole(monthlyUsd)],
    ...costRows(estimates, "iotCoreCost"),
    ["AWS IoT Core", ({ iotCoreMonthlyUsd }) => whole(iotCoreMonthlyUsd)],
  ]);
  const sum = (of: (estimate: RegionEstimate) => number) =>
    whole(estimates.reduce((total, estimate) => total + of(estimate), 0));
  const together = `${estimates.map(({ region }) => region).join(" + ")}: MQTT Sentinel ${sum((e) => e.monthlyUsd)} USD, AWS IoT Core ${sum((e) => e.iotCoreMonthlyUsd)} USD a month`;
  return [plan, cost, together, `Prices: ${priceNote}.`, `${iotCoreNote}.`, ""].join("\n");
}
