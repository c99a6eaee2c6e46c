import { regionNames } from "../../app/contract/regions.ts";
import { certificatePem, createAuthority } from "../../local/authority.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { ownProcesses } from "./own-processes.ts";

/** Of no region. */
const formerAuditKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA/TfbGdG+uID2rWm1clfVUe75ROLnicq076c3KiEJg3k=\n-----END PUBLIC KEY-----\n";

/** A change of one setting, and everything that it does to one stack. */
export interface SettingEdit {
  readonly setting: string;
  readonly edits: SettingsEdits;
  /** Stack that is previewed; default: us-east. */
  readonly stack?: string;
  /** `operation Kind resource-name`, sorted. Undefined when the engine has to refuse the change. */
  readonly steps?: readonly string[];
  /** Resource whose protection refuses the change. */
  readonly refusedBy?: string;
}

const everywhere = (key: string, value: unknown): SettingsEdits =>
  Object.fromEntries(regionNames.map((stack) => [stack, { [`sentinel:${key}`]: value }]));
const home = (key: string, value: unknown): SettingsEdits => ({
  "us-east": { [`sentinel:${key}`]: value },
});

const coreVolumes = [0, 1, 2].map(
  (server) => `update PersistentVolumeClaim nats-core-data-${server}`,
);
const ownRecords = ["alerts.us-east", "mqtt"].map(
  (host) => `create Record names-${host}.sentinel.example.com-a`,
);
const zone = { "sentinel:hostedZoneId": "Z0123456789ABCDEFGHIJ" };

const deviceCa = certificatePem((await createAuthority("Device CA")).certificate);
/** The edges, which then ask for certificates. */
const askingEdges = ["update ConfigMap nats-edge-config", "update StatefulSet edge-servers"];

export const settingEdits: readonly SettingEdit[] = [
  {
    setting: "clients",
    edits: everywhere("clients", 3_000_000),
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
      "update StatefulSet edge-servers",
      "update StatefulSet inspector-replicas",
      "update StatefulSet meter-replicas",
      "update StatefulSet report-inspector-replicas",
    ],
  },
  {
    setting: "share",
    edits: { "us-east": { "sentinel:share": 40 }, "eu-west": { "sentinel:share": 40 } },
    // The volumes stay as large as they are, and with them what the core may store.
    steps: [
      "replace Job provision-job",
      "update ConfigMap provision-streams",
      "update ConfigMap watch-overview-dashboard",
      "update Deployment auth-replicas",
      "update HorizontalPodAutoscaler nats-edge-scale",
      "update PrometheusRule watch-rules",
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
      "update Deployment auth-replicas",
      "update Deployment console-replicas",
      "update StatefulSet archive-replicas",
      "update StatefulSet bridge-replicas",
      "update StatefulSet inspector-replicas",
      "update StatefulSet meter-replicas",
      "update StatefulSet report-inspector-replicas",
    ],
  },
  {
    setting: "images",
    edits: { "us-east": { "sentinel:images": undefined } },
    steps: ownProcesses.map((object) => `delete ${object}`),
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
  { setting: "deviceCa", edits: everywhere("deviceCa", deviceCa), steps: askingEdges },
  {
    setting: "deviceAuth",
    edits: Object.fromEntries(
      regionNames.map((stack) => [
        stack,
        { "sentinel:deviceAuth": "certificate", "sentinel:deviceCa": deviceCa },
      ]),
    ),
    steps: [...askingEdges, "update Deployment auth-replicas"].sort(),
  },
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
    setting: "operatorRoleArns",
    edits: home("operatorRoleArns", ["arn:aws:iam::123456789012:role/operators"]),
    steps: [
      "create AccessEntry cluster-operator-0",
      "create AccessPolicyAssociation cluster-operator-0",
    ],
  },
  {
    setting: "previewRoleArns",
    edits: home("previewRoleArns", ["arn:aws:iam::123456789012:role/preview"]),
    steps: [
      "create AccessEntry cluster-viewer-0",
      "create AccessPolicyAssociation cluster-viewer-0",
    ],
  },
  {
    setting: "privateEndpointCidrs",
    edits: home("privateEndpointCidrs", ["10.50.0.0/24"]),
    steps: ["create SecurityGroupIngressRule cluster-admits-0"],
  },
  {
    setting: "publicEndpointCidrs",
    edits: home("publicEndpointCidrs", ["203.0.113.0/24"]),
    steps: ["update Cluster cluster-cluster"],
  },
  {
    setting: "apiTokens",
    edits: home("apiTokens", [{ name: "night-shift", role: "operator", sha256: "0".repeat(64) }]),
    steps: ["update Secret secrets-console"],
  },
  {
    setting: "formerAuditKeys",
    edits: home("formerAuditKeys", [{ signer: "auth", publicKey: formerAuditKey }]),
    steps: ["archive", "auth", "console", "operator"].map(
      (owner) => `update Secret secrets-${owner}`,
    ),
  },
  {
    setting: "monitoring",
    edits: home("monitoring", false),
    steps: [
      ...["auth", "console", "delivery", "nats", "overview", "threats"].map(
        (name) => `delete ConfigMap watch-${name}-dashboard`,
      ),
      "delete NetworkPolicy watch-inside-policy",
      "delete NetworkPolicy watch-metrics-api-policy",
      "delete PodMonitor watch-cert-manager-monitor",
      "delete PodMonitor watch-workloads-monitor",
      "delete PrometheusRule watch-rules",
      "delete RandomBytes watch-grafana-password",
      "delete Release watch-kube-prometheus-stack",
      "delete Release watch-prometheus-adapter",
      "delete Secret watch-alertmanager-config",
      "delete Secret watch-grafana-admin",
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
