import type { StreamScale } from "../../app/contract/stream-definition.ts";
import type { DiskPlan } from "./disk.ts";

/** What a region has to carry. */
export interface Demand {
  /** Devices connected in this region in ordinary times. */
  readonly clients: number;
  /** Devices in all regions: any of them may be addressed by an alert that this region takes in. */
  readonly fleetClients: number;
  /** Alerts per second into all regions, sustained. Each region stores all of them and sends them to its devices. */
  readonly alertsPerSecond: number;
  readonly retentionHours: number;
  /** Whether Mosquitto runs in this cluster. */
  readonly upstreamBundled: boolean;
  /** Overrides of the instance types that the model would choose. */
  readonly instanceTypes?: {
    readonly core?: string;
    readonly edge?: string;
    readonly apps?: string;
  };
}

/** Volumes that exist, in GiB. They can grow and never shrink, so a plan takes at least as much. */
export interface VolumeFloor {
  /** Of each core server. */
  readonly coreGiB?: number;
  readonly mosquittoGiB?: number;
}

export interface PodSize {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

export interface Workload {
  readonly replicas: number;
  readonly pod: PodSize;
}

/** What is stood up for a demand. Computed, never typed in by hand. */
export interface RegionPlan {
  readonly core: Workload & {
    readonly instanceType: string;
    /** Volume of each server. */
    readonly volumeGiB: number;
    readonly disk: DiskPlan;
    /** What JetStream may use of the volume. */
    readonly storeLimitBytes: number;
    /** Of the process beside each that makes damaged copies anew. */
    readonly mender: PodSize;
  };
  readonly edge: Workload & {
    /** `replicas` is the least; the autoscaler may go this far. */
    readonly maxReplicas: number;
    readonly instanceType: string;
    /** Connections that one server takes at most. */
    readonly maxConnections: number;
    /** Of the gate for reports beside each. */
    readonly reportGate: { readonly size: PodSize; readonly heldBytes: number };
    /** Of the daemon on each node that bounds connections. */
    readonly fence: PodSize;
    /** Connections per server at which the autoscaler adds one. */
    readonly targetConnections: number;
  };
  /** Undefined when the upstream broker is somebody else's. */
  readonly mosquitto?: { readonly pod: PodSize; readonly volumeGiB: number };
  readonly bridge: Workload;
  readonly meter: Workload & { readonly devices: number };
  readonly delivery: Workload & {
    /** Devices that may wait in each replica until they are sent what they missed. */
    readonly waitingDevices: number;
  };
  readonly inspector: Workload & { readonly anomalyClients: number };
  readonly reportInspector: Workload & { readonly anomalyClients: number };
  readonly auth: Workload & { readonly cacheDevices: number };
  readonly console: Workload;
  readonly archive: Workload;
  /** `groups`: pairs of rule and client that it remembers. */
  readonly aggregator: Workload & { readonly groups: number };
  /** Instance type of the nodes for our processes. */
  readonly appsInstanceType: string;
  /** Nodes of that type when nothing is wrong: as many in each zone. */
  readonly appsNodes: number;
  readonly streams: StreamScale;
}
