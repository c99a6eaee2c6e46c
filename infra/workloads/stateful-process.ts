import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { selectorOf } from "../platform/names.ts";
import { awaited } from "../platform/rollout.ts";
import {
  disruptionBudget,
  headlessService,
  metadataOf,
  serviceAccount,
} from "../platform/workload-objects.ts";
import { operationsPort, type Process, processPace, servicePodTemplate } from "./workload.ts";

export interface StatefulProcessArgs {
  readonly process: Process;
  readonly replicas: number;
  readonly parent: pulumi.Resource;
}

/** Replicas whose names stay: in the ids of sessions, as owners of leases, in metrics. */
export function statefulProcess(args: StatefulProcessArgs): kubernetes.apps.v1.StatefulSet {
  const { process, replicas, parent } = args;
  const { workload } = process;
  const objects = { workload, namespace: process.args.namespace, parent };
  const account = serviceAccount(objects);
  const service = headlessService(objects, [{ name: "metrics", port: operationsPort }]);
  disruptionBudget(objects);
  return new kubernetes.apps.v1.StatefulSet(
    `${workload}-replicas`,
    {
      metadata: metadataOf(objects),
      spec: {
        serviceName: service.metadata.name,
        replicas,
        podManagementPolicy: "Parallel",
        selector: { matchLabels: selectorOf(workload) },
        template: servicePodTemplate(process),
      },
    },
    { parent, dependsOn: account, ...awaited(replicas, processPace) },
  );
}
