import { accessEdits } from "./access-edits.ts";
import { fenceEdits } from "./fence-edits.ts";
import { ownProcesses } from "./own-processes.ts";
import { everywhere, home, type SettingEdit } from "./setting-edit.ts";

const coreVolumes = [0, 1, 2].map(
  (server) => `update PersistentVolumeClaim nats-core-data-${server}`,
);
const ownRecords = ["alerts.us-east", "mqtt"].map(
  (host) => `create Record names-${host}.sentinel.example.com-a`,
);
const zone = { "sentinel:hostedZoneId": "Z0123456789ABCDEFGHIJ" };

export const settingEdits: readonly SettingEdit[] = [
  {
    setting: "clients",
    edits: everywhere("clients", 3_000_000),
    costs: /USD a month by list prices, \+[\d,]+ against what stands: nodes \(EC2\) \+/,
    steps: [
      "replace Job provision-job",
      "update ConfigMap nats-core-config",
      "update ConfigMap provision-streams",
      "update ConfigMap watch-overview-dashboard",
      "update Deployment auth-replicas",
      "update HorizontalPodAutoscaler nats-edge-scale",
      "update NodePool nodes-core",
      ...coreVolumes,
      "update PrometheusRule watch-rules",
      "update StatefulSet core-servers",
      "update StatefulSet delivery-replicas",
      "update StatefulSet edge-servers",
      "update StatefulSet inspector-replicas",
      "update StatefulSet meter-replicas",
      "update StatefulSet report-inspector-replicas",
    ],
  },
  {
    setting: "share",
    edits: { "us-east": { "sentinel:share": 40 }, "eu-west": { "sentinel:share": 40 } },
    costs: /USD a month by list prices, −[\d,]+ against what stands: /,
    // The volumes stay as large as they are, and with them what the core may store.
    steps: [
      "replace Job provision-job",
      "update ConfigMap provision-streams",
      "update ConfigMap watch-overview-dashboard",
      "update Deployment auth-replicas",
      "update HorizontalPodAutoscaler nats-edge-scale",
      "update PrometheusRule watch-rules",
      "update StatefulSet delivery-replicas",
    ],
  },
  {
    setting: "share",
    stack: "eu-west",
    edits: { "us-east": { "sentinel:share": 40 }, "eu-west": { "sentinel:share": 40 } },
    steps: [
      "replace Job provision-job",
      "update ConfigMap nats-core-config",
      "update ConfigMap provision-streams",
      "update ConfigMap watch-overview-dashboard",
      "update Deployment auth-replicas",
      "update HorizontalPodAutoscaler nats-edge-scale",
      ...coreVolumes,
      "update PrometheusRule watch-rules",
      "update StatefulSet core-servers",
      "update StatefulSet delivery-replicas",
    ],
  },
  {
    setting: "alertsPerSecond",
    edits: everywhere("alertsPerSecond", 1_200),
    steps: [
      "replace Job provision-job",
      "replace StorageClass storage-core",
      "update ConfigMap nats-core-config",
      "update ConfigMap provision-streams",
      "update ConfigMap watch-overview-dashboard",
      "update NodePool nodes-apps",
      "update NodePool nodes-core",
      "update PersistentVolumeClaim mosquitto-data-0",
      ...coreVolumes,
      "update PrometheusRule watch-rules",
      "update StatefulSet bridge-replicas",
      "update StatefulSet core-servers",
      "update StatefulSet delivery-replicas",
      "update StatefulSet inspector-replicas",
      "update StatefulSet mosquitto-broker",
    ],
  },
  { setting: "cidr", edits: home("cidr", "10.11.0.0/16"), refusedBy: "network-vpc" },
  {
    setting: "cidr",
    edits: { "ap-south": { "sentinel:cidr": "10.31.0.0/16" } },
    steps: [
      "update NetworkPolicy isolation-nats-core",
      "update SecurityGroupIngressRule leaf-admits-1",
    ],
  },
  {
    setting: "domain",
    edits: everywhere("domain", "other.example.com"),
    steps: ["update Certificate certificates-devices", "update Certificate certificates-mosquitto"],
  },
  { setting: "hostedZoneId", edits: { "us-east": zone }, steps: ownRecords },
  {
    setting: "retentionHours",
    edits: home("retentionHours", 96),
    steps: [
      "replace Job provision-job",
      "update ConfigMap nats-core-config",
      "update ConfigMap provision-streams",
      ...coreVolumes,
      "update StatefulSet core-servers",
      "update StatefulSet delivery-replicas",
    ],
  },
  {
    setting: "upstream",
    edits: home("upstream", {
      url: "mqtts://broker.example.com:8883",
      username: "bridge",
      passwordSecret: "upstream",
    }),
    refusedBy: "mosquitto-data-0",
  },
  {
    setting: "publisherCidrs",
    edits: home("publisherCidrs", ["203.0.113.0/25", "198.51.100.7/32"]),
    steps: [
      "create SecurityGroupIngressRule publishers-admits-1",
      "update NetworkPolicy isolation-mosquitto",
      "update SecurityGroupIngressRule publishers-admits-0",
    ],
  },
  {
    setting: "images",
    edits: home("images", { version: "0.2.0" }),
    steps: [
      "replace Job provision-job",
      "update DaemonSet fence-nodes",
      "update Deployment auth-replicas",
      "update Deployment console-replicas",
      "update StatefulSet aggregator-replicas",
      "update StatefulSet archive-replicas",
      "update StatefulSet bridge-replicas",
      "update StatefulSet core-servers",
      "update StatefulSet delivery-replicas",
      "update StatefulSet edge-servers",
      "update StatefulSet inspector-replicas",
      "update StatefulSet meter-replicas",
      "update StatefulSet report-inspector-replicas",
    ],
  },
  {
    setting: "images",
    edits: { "us-east": { "sentinel:images": undefined } },
    steps: [
      ...ownProcesses.map((object) => `delete ${object}`),
      // Without a fence none is missed.
      "update PrometheusRule watch-rules",
      // What runs beside the servers are images, too.
      "update StatefulSet core-servers",
      "update StatefulSet edge-servers",
    ],
  },
  {
    setting: "dockerHubMirror",
    edits: home("dockerHubMirror", "123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub"),
    steps: [
      "update Release watch-kube-prometheus-stack",
      "update StatefulSet core-servers",
      "update StatefulSet edge-servers",
      "update StatefulSet mosquitto-broker",
    ],
  },
  {
    setting: "trafficPercent",
    edits: home("trafficPercent", 0),
    steps: ["update EndpointGroup accelerator-endpoint-group"],
  },
  ...fenceEdits,
  ...accessEdits,
  {
    setting: "deviceCertificates",
    edits: {
      "us-east": {
        ...zone,
        "sentinel:deviceCertificates": { issuer: "letsencrypt", email: "certificates@example.com" },
      },
    },
    steps: [
      "create ClusterIssuer certificates-issuer-letsencrypt",
      "create PodIdentityAssociation cert-manager-association",
      ...ownRecords,
      "create Role cert-manager-role",
      "create RolePolicy cert-manager-rights",
      "update Certificate certificates-devices",
      "update Release cert-manager-release",
    ],
  },
  {
    setting: "monitoring",
    edits: home("monitoring", false),
    steps: [
      ...["auth", "console", "delivery", "nats", "overview", "threats"].map(
        (name) => `delete ConfigMap watch-${name}-dashboard`,
      ),
      "delete NetworkPolicy watch-alertmanager-policy",
      "delete NetworkPolicy watch-inside-policy",
      "delete NetworkPolicy watch-metrics-api-policy",
      "delete PodMonitor watch-cert-manager-monitor",
      "delete PodMonitor watch-fence-monitor",
      "delete PodMonitor watch-workloads-monitor",
      "delete PrometheusRule watch-rules",
      "delete RandomBytes watch-grafana-password",
      "delete Release watch-kube-prometheus-stack",
      "delete Release watch-prometheus-adapter",
      "delete Secret watch-alertmanager-config",
      "delete Secret watch-grafana-admin",
      "update NetworkPolicy isolation-aggregator",
      "update Secret secrets-aggregator",
    ],
  },
  {
    setting: "instanceTypes",
    edits: home("instanceTypes", { core: "r8g.2xlarge" }),
    steps: ["update NodePool nodes-core"],
  },
  {
    setting: "deletionProtection",
    edits: home("deletionProtection", false),
    steps: [
      "update Cluster cluster-cluster",
      ...["devices", "leaf", "publishers"].map((name) => `update LoadBalancer ${name}-nlb`),
      "update Table registry-devices",
    ],
  },
  {
    setting: "enforcement",
    edits: home("enforcement", { mode: "enforce", risk: 400 }),
    steps: ["update Deployment auth-replicas", "update StatefulSet aggregator-replicas"],
  },
  {
    setting: "signatures",
    edits: home("signatures", "tag"),
    steps: ["update StatefulSet inspector-replicas"],
  },
  {
    setting: "incidentWebhooks",
    edits: home("incidentWebhooks", [{ name: "desk", url: "https://desk.example.com/hook" }]),
    steps: [
      "create RandomBytes secrets-webhook-desk",
      "update NetworkPolicy isolation-aggregator",
      "update Secret secrets-aggregator",
      "update Secret secrets-operator",
    ],
  },
  {
    setting: "alertWebhookUrl",
    edits: home("alertWebhookUrl", "https://hooks.example.com/alerts"),
    steps: ["update Secret watch-alertmanager-config"],
  },
  {
    setting: "runbookBaseUrl",
    edits: home("runbookBaseUrl", "https://docs.example.com/runbooks"),
    steps: ["update PrometheusRule watch-rules"],
  },
];
