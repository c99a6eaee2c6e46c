import type * as pulumi from "@pulumi/pulumi";
import type { RegionName } from "../../app/contract/regions.ts";
import { alertmanagerReplicas } from "../platform/alertmanagers.ts";
import { zoneTopology } from "../platform/pods.ts";
import { dashboardLabel } from "./watch-objects.ts";

/** What kube-prometheus-stack is told, and what others have to know of it. */
export interface StackValuesArgs {
  readonly region: RegionName;
  readonly namespace: pulumi.Input<string>;
  readonly storageClassName: pulumi.Input<string>;
  readonly retentionDays: number;
  /** Volume of each of the two Prometheus servers. */
  readonly volumeGiB: number;
  /** Secret with `alertmanager.yaml`. */
  readonly alertmanagerSecret: pulumi.Input<string>;
  /** Secret with `admin-user` and `admin-password`. */
  readonly grafanaSecret: pulumi.Input<string>;
  /** Where Grafana's image is pulled from instead of Docker Hub; no other of them comes from there. */
  readonly dockerHubMirror?: string | undefined;
}

/** Begins the names of all objects of the chart. */
const fullName = "watch";
export const prometheusService = `${fullName}-prometheus`;
export const prometheusPort = 9090;
export const grafanaService = "grafana";

/** By these labels Prometheus finds our rules and PodMonitors, and nobody else's. */
export const watchLabels = { "app.kubernetes.io/part-of": "mqtt-sentinel" };

/** Beside Prometheus's own limit there has to be room for the write-ahead log and compaction. */
const retentionShare = 0.8;

const podSecurity = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
const size = (cpu: string, memory: string) => ({
  requests: { cpu, memory },
  limits: { memory },
});
const volume = (storageClassName: pulumi.Input<string>, gibibytes: number) => ({
  volumeClaimTemplate: {
    spec: {
      storageClassName,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: `${gibibytes}Gi` } },
    },
  },
});
/** A volume stays in its zone: whoever should survive the loss of one has to be in two. */
const inTwoZones = {
  replicas: 2,
  podAntiAffinity: "hard",
  podAntiAffinityTopologyKey: zoneTopology,
};

/**
 * Of two, one may go. The chart has `minAvailable: 1` of its own and prints `maxUnavailable` beside
 * it, which the API server refuses: here one has to be said in the chart's way.
 */
const podDisruptionBudget = { enabled: true, minAvailable: 1 };

/** Parts of the control plane that EKS keeps to itself, and what nothing of ours asks for. */
const switchedOff = {
  kubeApiServer: { enabled: false },
  kubeControllerManager: { enabled: false },
  kubeEtcd: { enabled: false },
  kubeProxy: { enabled: false },
  kubeScheduler: { enabled: false },
  // Auto Mode runs it on each node, outside of the cluster.
  coreDns: { enabled: false },
  // It would need the run of its node, and the namespace with it. The nodes are AWS's to look after.
  nodeExporter: { enabled: false },
  // A hundred rules about Kubernetes would bury ours.
  defaultRules: { create: false },
};

function prometheusValues(args: StackValuesArgs) {
  return {
    service: { sessionAffinity: "ClientIP" },
    podDisruptionBudget,
    prometheusSpec: {
      ...inTwoZones,
      scrapeInterval: "15s",
      evaluationInterval: "15s",
      retention: `${args.retentionDays}d`,
      retentionSize: `${Math.floor(args.volumeGiB * retentionShare)}GiB`,
      externalLabels: { region: args.region },
      ruleSelector: { matchLabels: watchLabels },
      podMonitorSelector: { matchLabels: watchLabels },
      securityContext: podSecurity,
      resources: size("500m", "4Gi"),
      storageSpec: volume(args.storageClassName, args.volumeGiB),
    },
  };
}

function alertmanagerValues(args: StackValuesArgs) {
  return {
    podDisruptionBudget,
    alertmanagerSpec: {
      ...inTwoZones,
      replicas: alertmanagerReplicas,
      useExistingSecret: true,
      configSecret: args.alertmanagerSecret,
      securityContext: podSecurity,
      resources: size("20m", "128Mi"),
      // Silences and what was already sent.
      storage: volume(args.storageClassName, 1),
    },
  };
}

function grafanaValues(args: StackValuesArgs) {
  return {
    fullnameOverride: grafanaService,
    ...(args.dockerHubMirror !== undefined && { image: { registry: args.dockerHubMirror } }),
    admin: {
      existingSecret: args.grafanaSecret,
      userKey: "admin-user",
      passwordKey: "admin-password",
    },
    // Everything that it shows comes from ConfigMaps.
    persistence: { enabled: false },
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    defaultDashboardsEnabled: false,
    rbac: { namespaced: true },
    sidecar: {
      dashboards: {
        enabled: true,
        label: dashboardLabel.key,
        labelValue: dashboardLabel.value,
        searchNamespace: args.namespace,
      },
      datasources: { uid: "prometheus", searchNamespace: args.namespace },
    },
    "grafana.ini": {
      analytics: { reporting_enabled: false, check_for_updates: false },
      dashboards: { default_home_dashboard_path: "/tmp/dashboards/overview.json" },
    },
    securityContext: podSecurity,
    resources: size("100m", "512Mi"),
  };
}

/** Values of kube-prometheus-stack: Prometheus, Alertmanager, Grafana and what they need. */
export function stackValues(args: StackValuesArgs) {
  return {
    fullnameOverride: fullName,
    ...switchedOff,
    prometheus: prometheusValues(args),
    alertmanager: alertmanagerValues(args),
    grafana: grafanaValues(args),
    prometheusOperator: {
      // The rules are checked before they get here. Without the webhooks no certificate is needed either.
      admissionWebhooks: { enabled: false },
      tls: { enabled: false },
      securityContext: podSecurity,
      containerSecurityContext: containerSecurity,
      resources: size("50m", "256Mi"),
    },
    "kube-state-metrics": {
      securityContext: { enabled: true, ...podSecurity },
      containerSecurityContext: containerSecurity,
      resources: size("50m", "256Mi"),
    },
  };
}
