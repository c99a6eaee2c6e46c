/** What runs in the clusters besides our own code, pinned. */

/** Kubernetes minor version of EKS; the object tests validate against the API of exactly this one. */
export const kubernetesVersion = "1.35";

/** Helm charts, each with where it is published. */
export const charts = {
  certManager: { repository: "https://charts.jetstack.io", version: "v1.21.2" },
  kubePrometheusStack: {
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "88.4.0",
  },
  prometheusAdapter: {
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "5.4.0",
  },
} as const;

export const images = {
  /** Reads the configuration that we write for 2.0.11 and newer. */
  mosquitto: "eclipse-mosquitto:2.0.22",
  natsExporter: "natsio/prometheus-nats-exporter:0.20.2",
  natsReloader: "natsio/nats-server-config-reloader:0.23.0",
  /** Must be at least the version that `tools/bootstrap.sh` builds the tests with. */
  natsServer: "nats:2.15.1-alpine",
} as const;
