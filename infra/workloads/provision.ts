import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { peersOf, type RegionName } from "../../app/contract/regions.ts";
import { storeAccounts } from "../../app/contract/stores.ts";
import type { StreamScale } from "../../app/contract/stream-definition.ts";
import { mirrorDefinitions, streamDefinitions } from "../../app/contract/streams.ts";
import { boundsText } from "../../app/shared/stream-max-bytes.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { accountPassword, devicesPassword } from "../platform/service-secrets.ts";
import { metadataOf, serviceAccount } from "../platform/workload-objects.ts";
import {
  jobPodTemplate,
  type Process,
  peerPasswordFiles,
  secretFile,
  type WorkloadArgs,
} from "./workload.ts";

export interface ProvisionArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "streams">;
  readonly region: RegionName;
}

const workload = "provision";
const size = { cpuMillis: 100, memoryMiB: 256 };
/** Of the whole cluster's start: nodes, volumes, certificates. */
const waitSeconds = 900;
/** The longest that its Job may take, and that Pulumi waits for it. */
export const provisionSeconds = 2 * waitSeconds;
/** Exit code of a process whose environment is wrong: another attempt would read the same. */
const wrongEnvironment = 2;

/** The streams as JetStream's API takes them, one text each, so that a change shows where it is. */
export function streamDocuments(
  scale: StreamScale,
  region: RegionName,
): Readonly<Record<string, string>> {
  const text = (definition: object) => `${JSON.stringify(definition, null, 2)}\n`;
  const own = streamDefinitions(scale).map((each) => [`${each.name}.json`, text(each)]);
  const mirrors = peersOf(region).flatMap((peer) =>
    mirrorDefinitions(scale, { reader: region, origin: peer }).map((each) => [
      `${each.name}.from-${peer}.json`,
      text(each),
    ]),
  );
  return Object.fromEntries([...own, ...mirrors]);
}

function environmentOf(args: ProvisionArgs): Process["environment"] {
  const { replicas, maxBytes, alertRetentionHours } = args.plan.streams;
  return {
    REGION: args.region,
    STREAM_REPLICAS: String(replicas),
    STREAM_MAX_BYTES: boundsText(maxBytes),
    ALERT_RETENTION_HOURS: String(alertRetentionHours),
    // One user for each account instead of one for the process.
    NATS_PASSWORD_FILE: undefined,
    ACCOUNT_PASSWORD_FILES: storeAccounts
      .map((account) => `${account}=${secretFile(accountPassword(account))}`)
      .join(","),
    DEVICES_PASSWORD_FILE: secretFile(devicesPassword),
    PEER_PASSWORD_FILES: peerPasswordFiles(args.region),
    WAIT_SECONDS: String(waitSeconds),
  };
}

const jobSpec = (process: Process) => ({
  backoffLimit: 4,
  activeDeadlineSeconds: provisionSeconds,
  podFailurePolicy: {
    rules: [
      { action: "FailJob", onExitCodes: { operator: "In", values: [wrongEnvironment] } },
      // A node that was drained says nothing about the job.
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] },
    ],
  },
  template: jobPodTemplate(process),
});

/**
 * Brings the streams to the contract, once for every contract, setting and image.
 *
 * A Job cannot be changed, so its name carries a hash of what it does: with another, a new Job runs
 * and the old one goes when it has succeeded. The definitions that it enforces are kept in a
 * ConfigMap, where a preview shows a changed retention as the line that it is.
 */
export class Provision extends pulumi.ComponentResource {
  readonly jobName: pulumi.Output<string>;

  constructor(name: string, args: ProvisionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Provision", name, {}, opts);
    const objects = { workload, namespace: args.namespace, parent: this };
    const documents = streamDocuments(args.plan.streams, args.region);
    const environment = environmentOf(args);
    const account = serviceAccount(objects);
    const definitions = new kubernetes.core.v1.ConfigMap(
      `${name}-streams`,
      { metadata: metadataOf(objects, "streams"), data: documents },
      { parent: this },
    );
    const hash = pulumi
      .output(args.image)
      .apply((image) =>
        createHash("sha256")
          .update(JSON.stringify({ image, documents, environment }))
          .digest("hex")
          .slice(0, 10),
      );
    const job = new kubernetes.batch.v1.Job(
      `${name}-job`,
      {
        metadata: { ...metadataOf(objects), name: pulumi.interpolate`${workload}-${hash}` },
        spec: jobSpec({ workload, args, size, environment }),
      },
      {
        parent: this,
        dependsOn: [account, definitions],
        customTimeouts: { create: `${provisionSeconds}s` },
      },
    );
    this.jobName = job.metadata.name;
    this.registerOutputs({ jobName: this.jobName });
  }
}
