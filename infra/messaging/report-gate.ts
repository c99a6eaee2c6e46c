import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PodSize } from "../capacity/plan.ts";
import { resourcesOf, restrictedContainer } from "../platform/pods.ts";
import { nodeArguments, operationsOf } from "../workloads/workload.ts";
import { mqttPort, natsPorts } from "./addresses.ts";
import { gateCredential } from "./edge-start.ts";
import { folders } from "./nats-folders.ts";

type Container = kubernetes.types.input.core.v1.Container;

export interface ReportGateArgs {
  readonly image: pulumi.Input<string>;
  readonly size: PodSize;
  /** Devices that it counts for: the connections that the edge takes. */
  readonly devices: number;
  /** Room for reports that are not stored yet. */
  readonly heldBytes: number;
}

// No start probe: the server would not start before it is passed.
const { startupProbe: _, ...operations } = operationsOf("gate-metrics");
/** Of the container's memory; the rest is for what is held, which lies outside the heap. */
const heapShare = 0.4;

/**
 * Beside an edge: takes what its devices report. It starts before the server and ends after it, so
 * that nothing is reported to nobody; while it is not ready no device is sent here.
 *
 * Its password is the one that the server made at its start; its authority lies beside the server's.
 */
export const reportGateContainer = (args: ReportGateArgs): Container => ({
  name: "report-gate",
  image: args.image,
  restartPolicy: "Always",
  args: nodeArguments(args.size, heapShare),
  env: [
    { name: "REPLICA", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "NATS_SERVERS", value: `tls://localhost:${natsPorts.client}` },
    { name: "NATS_PASSWORD_FILE", value: `${folders.run}/${gateCredential.password}` },
    { name: "NATS_CA_FILE", value: `${folders.trust}/ca.crt` },
    { name: "MQTT_PORT", value: String(mqttPort) },
    { name: "METERED_DEVICES", value: String(args.devices) },
    { name: "HELD_BYTES", value: String(args.heldBytes) },
  ],
  ...operations,
  resources: resourcesOf(args.size),
  volumeMounts: [
    { name: "run", mountPath: folders.run, readOnly: true },
    { name: "trust", mountPath: folders.trust, readOnly: true },
  ],
  ...restrictedContainer,
});

/** Runs to its end before the gate starts, which would find no password: the server starts after it. */
export const gatePasswordContainer = (
  image: string,
  startCommand: readonly string[],
): Container => ({
  name: "gate-password",
  image,
  command: [...startCommand, "true"],
  resources: resourcesOf({ cpuMillis: 10, memoryMiB: 32 }),
  volumeMounts: [{ name: "run", mountPath: folders.run }],
  ...restrictedContainer,
});
