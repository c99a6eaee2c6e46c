/** Namespaces of a region's cluster. */
export const namespaces = {
  ours: "sentinel",
  watch: "watch",
  certManager: "cert-manager",
  fence: "fence",
} as const;

/** By which the pods of a workload are found. */
export const selectorOf = (workload: string) => ({ "app.kubernetes.io/name": workload });

export const labelsOf = (workload: string) => ({
  ...selectorOf(workload),
  "app.kubernetes.io/part-of": "mqtt-sentinel",
  "app.kubernetes.io/managed-by": "pulumi",
});

/** Name by which anything in the cluster reaches a Service. */
export const serviceHost = (service: string, namespace: string) =>
  `${service}.${namespace}.svc.cluster.local`;
