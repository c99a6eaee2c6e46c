export interface PodFacts {
  readonly labels: Readonly<Record<string, string>>;
  /** The port's name, or the port itself. */
  readonly port: string | number;
}

/**
 * What we rely on in the charts of others, held against exactly these versions. A chart can only be
 * rendered where its repository can be reached; this is looked at everywhere.
 *
 * After a change of a version in `infra/versions.ts`, read the chart's `values.yaml` and templates
 * again, bring this file up to date, and then its version.
 */
export interface ChartFacts {
  readonly version: string;
  /** Defaults that lie beside values of ours, by path. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Of the keys of such an object the template prints each that is set, and the API server takes one. */
  readonly oneOf: readonly { readonly path: string; readonly keys: readonly string[] }[];
  /** Paths that the chart reads, with all below them. */
  readonly reads: readonly string[];
  /** Services that come out with our values, each with the port that we name somewhere. */
  readonly services: Readonly<Record<string, number>>;
  /** Pods that we find by labels, and the port of theirs that we name. */
  readonly pods: readonly PodFacts[];
}

const budgetKeys = ["minAvailable", "maxUnavailable"];
const inSpec = (spec: string, ...keys: string[]) => keys.map((key) => `${spec}.${key}`);

const kubePrometheusStack: ChartFacts = {
  version: "88.4.0",
  defaults: {
    "prometheus.podDisruptionBudget.minAvailable": 1,
    "alertmanager.podDisruptionBudget.minAvailable": 1,
    "prometheusOperator.podDisruptionBudget.minAvailable": 1,
  },
  oneOf: ["prometheus", "alertmanager", "prometheusOperator"].map((part) => ({
    path: `${part}.podDisruptionBudget`,
    keys: budgetKeys,
  })),
  reads: [
    "fullnameOverride",
    ...[
      "kubeApiServer",
      "kubeControllerManager",
      "kubeEtcd",
      "kubeProxy",
      "kubeScheduler",
      "coreDns",
      "nodeExporter",
    ].map((part) => `${part}.enabled`),
    "defaultRules.create",
    "prometheus.service.sessionAffinity",
    "prometheus.podDisruptionBudget",
    ...inSpec("prometheus.prometheusSpec", "replicas", "podAntiAffinity"),
    ...inSpec("prometheus.prometheusSpec", "podAntiAffinityTopologyKey", "scrapeInterval"),
    ...inSpec("prometheus.prometheusSpec", "evaluationInterval", "retention", "retentionSize"),
    ...inSpec("prometheus.prometheusSpec", "externalLabels", "ruleSelector", "podMonitorSelector"),
    ...inSpec("prometheus.prometheusSpec", "securityContext", "resources", "storageSpec", "image"),
    "alertmanager.podDisruptionBudget",
    ...inSpec("alertmanager.alertmanagerSpec", "replicas", "podAntiAffinity"),
    ...inSpec("alertmanager.alertmanagerSpec", "podAntiAffinityTopologyKey", "useExistingSecret"),
    ...inSpec("alertmanager.alertmanagerSpec", "configSecret", "securityContext", "resources"),
    ...inSpec("alertmanager.alertmanagerSpec", "storage", "image"),
    ...inSpec("grafana", "image.registry"),
    ...inSpec("grafana", "fullnameOverride", "admin", "persistence", "initChownData"),
    ...inSpec("grafana", "testFramework", "defaultDashboardsEnabled", "rbac.namespaced"),
    ...inSpec("grafana", "sidecar.dashboards", "sidecar.datasources", "grafana.ini"),
    ...inSpec("grafana", "securityContext", "resources"),
    ...inSpec("prometheusOperator", "admissionWebhooks.enabled", "tls.enabled"),
    ...inSpec("prometheusOperator", "securityContext", "containerSecurityContext", "resources"),
    ...inSpec("kube-state-metrics", "securityContext", "containerSecurityContext", "resources"),
  ],
  services: { "watch-prometheus": 9090, "watch-alertmanager": 9093, grafana: 80 },
  // The operator makes them, not the chart.
  pods: [],
};

const prometheusAdapter: ChartFacts = {
  version: "5.4.0",
  defaults: { "podDisruptionBudget.maxUnavailable": 1 },
  oneOf: [{ path: "podDisruptionBudget", keys: budgetKeys }],
  reads: [
    ...["replicas", "podDisruptionBudget", "listenPort", "prometheus.url", "prometheus.port"],
    ...["certManager.enabled", "resources", "rules.default", "rules.custom"],
  ],
  services: { "prometheus-adapter": 443 },
  pods: [{ labels: { "app.kubernetes.io/name": "prometheus-adapter" }, port: 6443 }],
};

const certManager: ChartFacts = {
  version: "v1.21.2",
  // It prints minAvailable of 1 when neither is set.
  defaults: {},
  oneOf: ["", "webhook.", "cainjector."].map((part) => ({
    path: `${part}podDisruptionBudget`,
    keys: budgetKeys,
  })),
  reads: [
    ...["extraEnv", "volumes", "volumeMounts"],
    ...["crds.enabled", "crds.keep", "global.leaderElection.namespace", "serviceAccount.name"],
    ...["", "webhook.", "cainjector."].flatMap((part) =>
      ["replicaCount", "podDisruptionBudget", "resources"].map((key) => `${part}${key}`),
    ),
  ],
  services: { "cert-manager": 9402, "cert-manager-webhook": 443 },
  pods: [
    {
      labels: {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
      },
      port: "http-metrics",
    },
  ],
};

export const chartFacts: Readonly<Record<string, ChartFacts>> = {
  "kube-prometheus-stack": kubePrometheusStack,
  "prometheus-adapter": prometheusAdapter,
  "cert-manager": certManager,
};
