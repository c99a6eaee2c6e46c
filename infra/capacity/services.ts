import { partitionCount } from "../../app/contract/partitions.ts";
import { publisherConnections } from "../messaging/mosquitto-config.ts";
import { assumed, measured, planned } from "./measurements.ts";
import type { Demand, PodSize, RegionPlan } from "./plan.ts";

/** Rounded up to 64 MiB, so that a small change of the demand does not restart everything. */
export const memoryMiBOf = (bytes: number, use: number) =>
  Math.ceil(bytes / use / 1024 ** 2 / 64) * 64;

export const burstOf = (demand: Demand) => demand.alertsPerSecond * assumed.burst;

const replicasPerZone = 1;
const oneInEachZone = planned.zones * replicasPerZone;

/** An autoscaler may go as far as this many times the plan. */
export const autoscaledMost = 2;

const processMiB = (bytes: number) =>
  memoryMiBOf(measured.processBytes + bytes, planned.processMemoryUse);

/**
 * Two bridges, both active: JetStream removes what the second repeats.
 *
 * @throws RangeError for a burst that a pair cannot carry.
 */
export function planBridge(demand: Demand): RegionPlan["bridge"] {
  const burst = burstOf(demand);
  const limit = measured.bridgeAlertsPerSecond;
  if (burst > limit) {
    throw new RangeError(
      `alertsPerSecond ${demand.alertsPerSecond} means bursts of ${burst}/s, and a pair of bridges carries ${limit}/s; ` +
        `use at most ${limit / assumed.burst}`,
    );
  }
  const cpuMillis = Math.max(500, Math.ceil((burst / limit) * 1000));
  return { replicas: 2, pod: { cpuMillis, memoryMiB: 512 } };
}

/** One more than the burst needs, so that the others carry it when one dies; never more than partitions. */
export function planInspector(demand: Demand): RegionPlan["inspector"] {
  // Two inspectors passed the measured rate.
  const needed = Math.ceil(burstOf(demand) / (measured.regionAlertsPerSecond / 2));
  // A third more than there are: ids that nobody has must not push out the habits of real clients.
  const anomalyClients = Math.ceil((demand.fleetClients * 4) / 3);
  return {
    replicas: Math.min(partitionCount, Math.max(oneInEachZone, needed + 1)),
    pod: { cpuMillis: 1000, memoryMiB: processMiB(anomalyClients * measured.anomalyBytes) },
    anomalyClients,
  };
}

/** Beside each edge: what it counts, and what it holds while nothing can be stored. */
export function planReportGate(): RegionPlan["edge"]["reportGate"] {
  const heldBytes = 64 * 1024 ** 2;
  const counted = planned.edgeConnections * measured.meteredDeviceBytes;
  return { size: { cpuMillis: 200, memoryMiB: processMiB(heldBytes + counted) }, heldBytes };
}

/** On each node of the edges, out of what is kept there for daemons: the kernel does its work. */
export const planFence = (): PodSize => ({
  cpuMillis: 20,
  memoryMiB: memoryMiBOf(measured.fenceBytes, planned.processMemoryUse),
});

/** Beside each core server: it looks around every ten seconds, and at the mirrors every second. */
export const planMender = (): PodSize => ({ cpuMillis: 20, memoryMiB: processMiB(0) });

/** Two, each of which counts everything: one counts on while the other is gone. */
export function planMeter(demand: Demand): RegionPlan["meter"] {
  // A third more than there are, as for the inspector.
  const devices = Math.ceil((demand.fleetClients * 4) / 3);
  // It waits most of the time; the nodes have room for more when it does not.
  const pod = { cpuMillis: 200, memoryMiB: processMiB(devices * measured.meteredDeviceBytes) };
  return { replicas: 2, pod, devices };
}

/** Two share the devices. As many may wait as come back when an edge or a zone is lost; it has nothing to do otherwise. */
export function planDelivery(demand: Demand): RegionPlan["delivery"] {
  const waitingDevices = Math.max(10_000, Math.ceil(demand.clients / planned.zones));
  const waiting = waitingDevices * measured.waitingDeviceBytes;
  // Of all that is kept, whichever regions took it in.
  const kept = demand.alertsPerSecond * demand.retentionHours * 3_600;
  const indexed = kept * measured.indexedAlertBytes;
  return {
    replicas: 2,
    pod: { cpuMillis: 200, memoryMiB: processMiB(waiting + indexed) },
    waitingDevices,
  };
}

/**
 * One in each zone: what devices send is little, and however much it becomes, reports may wait.
 * Devices of another region come here when theirs is gone.
 */
export function planReportInspector(demand: Demand): RegionPlan["reportInspector"] {
  const { pod, anomalyClients } = planInspector(demand);
  // Three quarters of what alerts need: what waits is found a little later, and the nodes may have more.
  return { replicas: oneInEachZone, pod: { ...pod, cpuMillis: 750 }, anomalyClients };
}

/**
 * Each replica may come to know every device of the region: while the table cannot be read, only
 * what it knows is admitted. One would do for all logins (2,700/s at 40 % of a core); three outlive
 * a zone.
 */
export function planAuth(demand: Demand): RegionPlan["auth"] {
  const cacheDevices = Math.max(demand.clients, 10_000);
  // Of twice as many the last login is remembered.
  const perDevice = measured.cachedDeviceBytes + 2 * measured.rememberedLoginBytes;
  return {
    replicas: oneInEachZone,
    pod: { cpuMillis: 1000, memoryMiB: processMiB(cacheDevices * perDevice) },
    cacheDevices,
  };
}

/** Whoever works with devices is a handful of people and programs: two replicas outlive a zone. */
export function planConsole(): RegionPlan["console"] {
  const memoryMiB = memoryMiBOf(measured.consoleBytes, planned.processMemoryUse);
  return { replicas: 2, pod: { cpuMillis: 200, memoryMiB } };
}

/** Two, of which one counts: the other takes over in seconds. Findings are few; the nodes have room for more. */
export function planAggregator(): RegionPlan["aggregator"] {
  const groups = 100_000;
  return {
    replicas: 2,
    pod: { cpuMillis: 100, memoryMiB: processMiB(groups * measured.groupBytes) },
    groups,
  };
}

/** One, since what it has not archived waits in AUDIT. It holds an object of some MiB at a time. */
export function planArchive(): RegionPlan["archive"] {
  return { replicas: 1, pod: { cpuMillis: 100, memoryMiB: processMiB(0) } };
}

/**
 * Mosquitto holds, in memory and on disk, what arrives while both bridges are away; and in memory as
 * many connections of strangers as there are places.
 */
export function planMosquitto(demand: Demand, floorGiB = 0): NonNullable<RegionPlan["mosquitto"]> {
  const backlog = demand.alertsPerSecond * assumed.backlogSeconds * assumed.backlogMessageBytes;
  const pod: PodSize = {
    cpuMillis: 1000,
    memoryMiB: processMiB(backlog + publisherConnections * measured.strangerBytes),
  };
  // It writes its whole database anew before it drops the old one.
  const volumeGiB = Math.max(
    floorGiB,
    10,
    Math.ceil((backlog * 2) / planned.volumeUse / 1024 ** 3),
  );
  return { pod, volumeGiB };
}
