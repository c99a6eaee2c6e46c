import type * as pulumi from "@pulumi/pulumi";
import { natsEdge } from "../messaging/addresses.ts";
import { connectionsMetric } from "../messaging/nats-edge.ts";
import { workloadNamespace } from "./watched-region.ts";

/** Where the adapter itself listens. */
export const adapterPort = 6443;

/**
 * Values of prometheus-adapter, through which the autoscaler of the edges sees each one's open
 * connections. It gives out this one metric.
 */
export function adapterValues(prometheus: {
  /** Without the port. */
  readonly url: pulumi.Input<string>;
  readonly port: number;
}) {
  return {
    replicas: 2,
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    listenPort: adapterPort,
    prometheus,
    // Its certificate is issued and trusted in the cluster, instead of not being looked at.
    certManager: { enabled: true },
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "128Mi" } },
    rules: {
      default: false,
      custom: [
        {
          seriesQuery: `gnatsd_varz_connections{namespace="${workloadNamespace}",job="${natsEdge}"}`,
          resources: {
            overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } },
          },
          name: { as: connectionsMetric },
          metricsQuery: "max(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
        },
      ],
    },
  };
}
