import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { selectorOf } from "./names.ts";
import {
  metadataOf,
  type ServicePort,
  serviceMetadata,
  type WorkloadObjectsArgs,
} from "./workload-objects.ts";

export interface BoundServiceArgs extends WorkloadObjectsArgs {
  readonly name: string;
  /** Where the load balancer leads. */
  readonly port: ServicePort;
  /** Further ports, for who comes from inside. */
  readonly morePorts?: readonly ServicePort[];
  readonly targetGroupArn: pulumi.Input<string>;
}

/**
 * A Service whose ready pods are the targets of a load balancer that exists already: the controller
 * of EKS Auto Mode enters and removes their addresses. Which traffic the pods' security group lets
 * in stays with whoever made the load balancer.
 */
export function boundService(args: BoundServiceArgs) {
  const service = new kubernetes.core.v1.Service(
    `${args.name}-service`,
    {
      metadata: serviceMetadata(args, args.name),
      spec: {
        selector: selectorOf(args.workload),
        ports: [args.port, ...(args.morePorts ?? [])].map((each) => ({
          ...each,
          targetPort: each.port,
        })),
      },
    },
    { parent: args.parent },
  );
  new kubernetes.apiextensions.CustomResource(
    `${args.name}-targets`,
    {
      apiVersion: "eks.amazonaws.com/v1",
      kind: "TargetGroupBinding",
      metadata: metadataOf(args, args.name),
      spec: {
        targetGroupARN: args.targetGroupArn,
        targetType: "ip",
        serviceRef: { name: service.metadata.name, port: args.port.port },
      },
    },
    { parent: args.parent },
  );
  return service;
}
