import { planDisk } from "./disk.ts";
import {
  allocatableOf,
  type InstanceType,
  instanceTypeOf,
  instanceTypes,
} from "./instance-types.ts";
import { assumed, measured, planned } from "./measurements.ts";
import type { Demand, PodSize, RegionPlan, VolumeFloor, Workload } from "./plan.ts";
import { hourlyPrice } from "./prices.ts";
import {
  burstOf,
  memoryMiBOf,
  planAggregator,
  planArchive,
  planAuth,
  planBridge,
  planConsole,
  planDelivery,
  planFence,
  planInspector,
  planMender,
  planMeter,
  planMosquitto,
  planReportGate,
  planReportInspector,
} from "./services.ts";
import { coreVolume, indexBytes, planBounds } from "./storage.ts";

/** Whole servers, as many in each zone. */
const evenly = (servers: number) =>
  Math.max(planned.zones, Math.ceil(servers / planned.zones) * planned.zones);

/** Servers of which two thirds carry everything. */
const withoutOneZone = (servers: number) => evenly((servers * planned.zones) / (planned.zones - 1));

const fits = (type: InstanceType, pod: PodSize) => {
  const room = allocatableOf(type);
  return pod.cpuMillis <= room.cpuMillis && pod.memoryMiB <= room.memoryMiB;
};

/**
 * The cheapest type with room for the pod, or the wished one when it has.
 *
 * @throws RangeError that names the settings key, what the pod needs and which types would do.
 */
function chooseType(use: "core" | "edge" | "apps", pod: PodSize, wished?: string): string {
  const fitting = instanceTypes
    .filter((type) => fits(type, pod))
    .sort((a, b) => hourlyPrice("us-east-1", a) - hourlyPrice("us-east-1", b));
  const needs = `${pod.cpuMillis} thousandths of a processor and ${pod.memoryMiB} MiB`;
  const [cheapest] = fitting;
  if (!cheapest) {
    throw new RangeError(`no known instance type gives ${use} ${needs}; lower clients or share`);
  }
  if (wished === undefined) return cheapest.name;
  if (fits(instanceTypeOf(wished), pod)) return wished;
  const names = fitting.map((type) => type.name).join(", ");
  throw new RangeError(`instanceTypes.${use} ${wished} is too small for ${needs}; use ${names}`);
}

/**
 * Memory of an edge: the connections of its own devices, and the interest of every device of the
 * cluster. That is planned for all devices of all regions, because the accelerator sends them here
 * when the other regions are gone.
 */
function edgePod(demand: Demand): PodSize {
  const perConnection = measured.connectionBytes + measured.ownInterestBytes;
  const bytes =
    measured.natsBytes +
    demand.fleetClients * measured.interestBytes +
    planned.edgeConnections * perConnection;
  return {
    cpuMillis: planned.edgeDeliveryMillis + planned.edgeLoginMillis,
    memoryMiB: memoryMiBOf(bytes, planned.edgeMemoryUse),
  };
}

/** As many edges as the connections or, with few devices and many alerts, the deliveries ask for. */
function edgesFor(clients: number, demand: Demand): number {
  const deliveryMillis = burstOf(demand) * measured.deliveryMs;
  return Math.max(
    withoutOneZone(clients / planned.edgeConnectionsWithoutZone),
    withoutOneZone(deliveryMillis / planned.edgeDeliveryMillis),
  );
}

function planEdge(demand: Demand): RegionPlan["edge"] {
  const pod = edgePod(demand);
  const reportGate = planReportGate();
  const together = {
    cpuMillis: pod.cpuMillis + reportGate.size.cpuMillis,
    memoryMiB: pod.memoryMiB + reportGate.size.memoryMiB,
  };
  return {
    replicas: edgesFor(demand.clients, demand),
    maxReplicas: edgesFor(demand.fleetClients, demand),
    pod,
    instanceType: chooseType("edge", together, demand.instanceTypes?.edge),
    reportGate,
    fence: planFence(),
    maxConnections: planned.edgeConnections,
    // Two thirds: with a zone less, each carries half as much again.
    targetConnections: (planned.edgeConnectionsWithoutZone * (planned.zones - 1)) / planned.zones,
  };
}

/** Three servers, one a zone: more would not store faster, because every message goes to three. */
function planCore(demand: Demand, floorGiB?: number): RegionPlan["core"] {
  const bytes =
    measured.natsBytes + demand.fleetClients * measured.interestBytes + indexBytes(demand);
  // Everything together passed the measured burst on two cores: here each server has two.
  const cpuMillis = Math.ceil((burstOf(demand) / measured.regionAlertsPerSecond) * 2000);
  const pod = {
    cpuMillis: Math.max(1000, cpuMillis),
    memoryMiB: memoryMiBOf(bytes, planned.coreMemoryUse),
  };
  const mender = planMender();
  const together = {
    cpuMillis: pod.cpuMillis + mender.cpuMillis,
    memoryMiB: pod.memoryMiB + mender.memoryMiB,
  };
  return {
    replicas: planned.zones,
    pod,
    mender,
    instanceType: chooseType("core", together, demand.instanceTypes?.core),
    disk: planDisk(demand),
    ...coreVolume(demand, floorGiB),
  };
}

/** Half of what all pods ask for: three nodes, of which two must carry everything. */
function appsPodSize(workloads: readonly Workload[]): PodSize {
  const sum = (of: (pod: PodSize) => number) =>
    of(assumed.addons) + workloads.reduce((total, w) => total + w.replicas * of(w.pod), 0);
  return {
    cpuMillis: Math.ceil(sum((pod) => pod.cpuMillis) / (planned.zones - 1)),
    memoryMiB: Math.ceil(sum((pod) => pod.memoryMiB) / (planned.zones - 1)),
  };
}

/**
 * What a region needs for its demand, so that with one of three zones lost the rest carries it.
 *
 * @param floor volumes that exist already; default: none.
 * @throws RangeError, one sentence, for a demand that cannot be met.
 */
export function planRegion(demand: Demand, floor: VolumeFloor = {}): RegionPlan {
  const bridge = planBridge(demand);
  const meter = planMeter(demand);
  const delivery = planDelivery(demand);
  const inspector = planInspector(demand);
  const auth = planAuth(demand);
  const mosquitto = demand.upstreamBundled ? planMosquitto(demand, floor.mosquittoGiB) : undefined;
  const console = planConsole();
  const archive = planArchive();
  const aggregator = planAggregator();
  const reportInspector = planReportInspector(demand);
  const workloads = [
    ...[bridge, meter, delivery, inspector, reportInspector, auth, console, archive],
    aggregator,
  ];
  if (mosquitto) workloads.push({ replicas: 1, pod: mosquitto.pod });
  return {
    core: planCore(demand, floor.coreGiB),
    edge: planEdge(demand),
    ...(mosquitto && { mosquitto }),
    bridge,
    meter,
    delivery,
    inspector,
    reportInspector,
    auth,
    console,
    archive,
    aggregator,
    appsInstanceType: chooseType("apps", appsPodSize(workloads), demand.instanceTypes?.apps),
    appsNodes: planned.zones,
    streams: {
      replicas: 3,
      maxBytes: planBounds(demand),
      alertRetentionHours: demand.retentionHours,
    },
  };
}
