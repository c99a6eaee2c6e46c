import { alertmanagerPort } from "../platform/alertmanagers.ts";
import { namespaces, selectorOf } from "../platform/names.ts";
import { fenceWorkload } from "../workloads/fence.ts";
import { scrapedWorkloads, workloadNamespace } from "./watched-region.ts";

/** Grafana's sidecar takes up ConfigMaps with this label. */
export const dashboardLabel = { key: "grafana_dashboard", value: "1" } as const;

/**
 * Who is asked for metrics: pods rather than Services, for a pod counts although it is not ready,
 * as a bridge that pauses. The job of a pod is its workload.
 */
export const podMonitors = {
  workloads: {
    jobLabel: "app.kubernetes.io/name",
    namespaceSelector: { matchNames: [workloadNamespace] },
    selector: {
      matchExpressions: [
        { key: "app.kubernetes.io/name", operator: "In", values: scrapedWorkloads },
      ],
    },
    // What runs beside a server has a port of its own, since the server's exporter has the other.
    podMetricsEndpoints: [
      { port: "metrics" },
      { port: "gate-metrics" },
      { port: "mender-metrics" },
    ],
  },
  fence: {
    jobLabel: "app.kubernetes.io/name",
    namespaceSelector: { matchNames: [namespaces.fence] },
    selector: { matchLabels: selectorOf(fenceWorkload) },
    podMetricsEndpoints: [{ port: "metrics" }],
  },
  "cert-manager": {
    jobLabel: "app.kubernetes.io/name",
    namespaceSelector: { matchNames: [namespaces.certManager] },
    selector: {
      matchLabels: {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
      },
    },
    // Its labels say which certificate it is, not which pod tells of it.
    podMetricsEndpoints: [{ port: "http-metrics", honorLabels: true }],
  },
};

/**
 * What is in the namespace is there for each other. Only the metrics API is asked from elsewhere:
 * by the API server, which has no pod that a policy could name.
 */
export const isolation = {
  podSelector: {},
  policyTypes: ["Ingress"],
  ingress: [{ from: [{ podSelector: {} }] }],
};
/** And Alertmanager is told of incidents. */
export const alertmanagerAccess = {
  podSelector: { matchLabels: { "app.kubernetes.io/name": "alertmanager" } },
  policyTypes: ["Ingress"],
  ingress: [
    {
      from: [
        {
          namespaceSelector: {
            matchLabels: { "kubernetes.io/metadata.name": workloadNamespace },
          },
          podSelector: { matchLabels: selectorOf("aggregator") },
        },
      ],
      ports: [{ port: alertmanagerPort, protocol: "TCP" }],
    },
  ],
};
export const metricsApiAccess = (port: number) => ({
  podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus-adapter" } },
  policyTypes: ["Ingress"],
  ingress: [{ ports: [{ port, protocol: "TCP" }] }],
});
