import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DeviceAuth } from "../../app/contract/device.ts";
import type { Enforcement } from "../../app/contract/enforcement.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { autoscaledMost } from "../capacity/services.ts";
import { selectorOf } from "../platform/names.ts";
import { awaited } from "../platform/rollout.ts";
import {
  autoscaler,
  disruptionBudget,
  headlessService,
  metadataOf,
  serviceAccount,
} from "../platform/workload-objects.ts";
import {
  auditKeyFiles,
  operationsPort,
  type Process,
  peerPasswordFiles,
  processPace,
  secretFile,
  servicePodTemplate,
  type WorkloadArgs,
} from "./workload.ts";

export interface AuthArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "auth">;
  readonly region: RegionName;
  /** Where this region's replica of the device table is read. */
  readonly awsRegion: string;
  readonly deviceTable: pulumi.Input<string>;
  /** What devices prove themselves with. */
  readonly deviceAuth: DeviceAuth;
  readonly enforcement: Pick<Enforcement, "mode" | "minutes" | "barsPerHour" | "barsAtOnce">;
}

/** Also its service account, to which Pod Identity gives the right to read the device table. */
export const authWorkload = "auth";

const processOf = (args: AuthArgs): Process => ({
  workload: authWorkload,
  args,
  size: args.plan.auth.pod,
  awsRights: true,
  environment: {
    CALLOUT_PASSWORD_FILE: secretFile("callout-password"),
    AUTH_ISSUER_SEED_FILE: secretFile("issuer-seed"),
    ...auditKeyFiles,
    CLOSER_PASSWORD_FILE: secretFile("closer-password"),
    PEER_PASSWORD_FILES: peerPasswordFiles(args.region),
    DEVICE_TABLE: args.deviceTable,
    DEVICE_AUTH: args.deviceAuth,
    AWS_REGION: args.awsRegion,
    REGION: args.region,
    ENFORCEMENT_MODE: args.enforcement.mode,
    BAR_SECONDS: String(60 * args.enforcement.minutes),
    BARS_PER_HOUR: String(args.enforcement.barsPerHour),
    BARS_AT_ONCE: String(args.enforcement.barsAtOnce),
    CACHE_DEVICES: String(args.plan.auth.cacheDevices),
  },
});

/** Twice the plan: what an edge's devices need when all of them connect again at once. */
const scaleOf = (replicas: number) => ({
  minReplicas: replicas,
  maxReplicas: autoscaledMost * replicas,
  metrics: [
    {
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
    },
  ],
  behavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
});

/**
 * Answers the auth callouts of the NATS servers. Any replica answers any of them, so they need no
 * names. Their number is left to the autoscaler, also at the start.
 */
export class Auth extends pulumi.ComponentResource {
  constructor(name: string, args: AuthArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Auth", name, {}, opts);
    const objects = { workload: authWorkload, namespace: args.namespace, parent: this };
    const account = serviceAccount(objects);
    const scale = scaleOf(args.plan.auth.replicas);
    headlessService(objects, [{ name: "metrics", port: operationsPort }]);
    disruptionBudget(objects);
    const deployment = new kubernetes.apps.v1.Deployment(
      `${name}-replicas`,
      {
        metadata: metadataOf(objects),
        spec: {
          selector: { matchLabels: selectorOf(authWorkload) },
          // A login waits for an answer: never fewer than before.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: servicePodTemplate(processOf(args)),
        },
      },
      { parent: this, dependsOn: account, ...awaited(scale.maxReplicas, processPace) },
    );
    autoscaler(objects, deployment, scale);
    this.registerOutputs({});
  }
}
