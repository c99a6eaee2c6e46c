import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { peersOf, type RegionName } from "../../app/contract/regions.ts";
import type { PodSize } from "../capacity/plan.ts";
import { readableByGroup, resourcesOf, restrictedContainer } from "../platform/pods.ts";
import { auditKeyFile, auditKeysFile, ownPassword } from "../platform/service-secrets.ts";
import { nodeArguments, operationsOf } from "../workloads/workload.ts";
import { coreMonitors, coreServers } from "./addresses.ts";
import { folders } from "./nats-folders.ts";

type Container = kubernetes.types.input.core.v1.Container;
type Volume = kubernetes.types.input.core.v1.Volume;

export interface MenderArgs {
  readonly image: pulumi.Input<string>;
  readonly size: PodSize;
  /** Secret with its own password and the key by which it signs for the audit. */
  readonly secretName: pulumi.Input<string>;
  readonly namespace: string;
  readonly region: RegionName;
  readonly coreReplicas: number;
}

const secrets = { name: "mender-secrets", mountPath: "/secrets/mender" };
const secretFile = (file: string) => `${secrets.mountPath}/${file}`;
const podName = { valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };

const { startupProbe: _, ...operations } = operationsOf("mender-metrics");
/** As soon as it runs: the server stores as well while this one cannot do its work. */
const readinessProbe = operations.livenessProbe;
const heapShare = 0.6;

/**
 * Beside a core server: gives up its damaged copies when the others' are whole, and has mirrors that
 * it leads ask anew. It has neither the volume nor a user that may change a stream: what it can do is
 * have this server end, leave an order for its next start, and have another one lead a mirror.
 */
export const menderContainer = (args: MenderArgs): Container => ({
  name: "mender",
  image: args.image,
  args: nodeArguments(args.size, heapShare),
  env: [
    { name: "REPLICA", ...podName },
    { name: "SERVER_NAME", ...podName },
    { name: "SERVER_FOLDER", value: folders.run },
    { name: "CORE_MONITORS", value: coreMonitors(args.namespace, args.coreReplicas) },
    { name: "PEERS", value: peersOf(args.region).join(",") },
    { name: "NATS_SERVERS", value: coreServers(args.namespace, args.coreReplicas) },
    { name: "NATS_PASSWORD_FILE", value: secretFile(ownPassword) },
    { name: "NATS_CA_FILE", value: `${folders.trust}/ca.crt` },
    { name: "AUDIT_KEY_FILE", value: secretFile(auditKeyFile) },
    { name: "AUDIT_KEYS_FILE", value: secretFile(auditKeysFile) },
  ],
  ...operations,
  readinessProbe,
  resources: resourcesOf(args.size),
  volumeMounts: [
    { name: "trust", mountPath: folders.trust, readOnly: true },
    { name: "run", mountPath: folders.run },
    { ...secrets, readOnly: true },
  ],
  ...restrictedContainer,
});

export const menderVolume = ({ secretName }: MenderArgs): Volume => ({
  name: secrets.name,
  secret: { secretName, defaultMode: readableByGroup },
});
