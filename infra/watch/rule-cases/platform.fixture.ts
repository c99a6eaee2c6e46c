import { scrapedWorkloads } from "../watched-region.ts";
import type { RuleCase, Series } from "./rule-case.fixture.ts";

const replicas = (kind: "statefulset" | "deployment", name: string, counts: [number, number]) => {
  const labels = `{namespace="sentinel",${kind}="${name}"}`;
  const [wanted, ready] =
    kind === "statefulset"
      ? ["kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"]
      : ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"];
  return { [`${wanted}${labels}`]: `${counts[0]}x30`, [`${ready}${labels}`]: `${counts[1]}x30` };
};
const restarts = `kube_pod_container_status_restarts_total{namespace="sentinel",pod="auth-a",container="auth"}`;
const failed = (job: string) =>
  `kube_job_failed{namespace="sentinel",job_name="${job}",condition="true"}`;
const certificate = (metric: string) =>
  `certmanager_certificate_${metric}_timestamp_seconds{namespace="sentinel",name="nats-edge"}`;
const up = (value: (job: string) => string): Series =>
  Object.fromEntries(
    scrapedWorkloads.map((job) => [
      `up{namespace="sentinel",job="${job}",pod="${job}-0"}`,
      value(job),
    ]),
  );
const day = 86_400;

export const platformCases: readonly RuleCase[] = [
  {
    alert: "SentinelWorkloadShortOfReplicas",
    fires: [
      { series: replicas("statefulset", "inspector", [3, 2]), at: 16 },
      { series: replicas("deployment", "auth", [3, 2]), at: 16 },
    ],
    quiet: [
      { series: replicas("deployment", "auth", [3, 3]), at: 20 },
      { series: replicas("statefulset", "nats-core", [3, 2]), at: 20 },
    ],
  },
  {
    alert: "SentinelPodRestarting",
    fires: [{ series: { [restarts]: "0x5 1x5 2x5 3x15" }, at: 25 }],
    quiet: [{ series: { [restarts]: "0x5 1x25" }, at: 25 }],
  },
  {
    alert: "SentinelProvisionFailed",
    fires: [{ series: { [failed("provision-1a2b")]: "1x10" }, at: 1 }],
    quiet: [{ series: { [failed("provision-1a2b")]: "0x10", [failed("other")]: "1x10" }, at: 5 }],
  },
  {
    alert: "SentinelCertificateExpiring",
    // promtool's clock starts at 0.
    fires: [
      { series: { [certificate("expiration")]: `${day}x120` }, at: 70 },
      { series: { [certificate("renewal")]: `${-day / 2}x120` }, at: 70 },
    ],
    quiet: [
      {
        series: {
          [certificate("expiration")]: `${30 * day}x120`,
          [certificate("renewal")]: `${-day / 8}x120`,
        },
        at: 70,
      },
    ],
  },
  {
    alert: "SentinelWatchBlind",
    fires: [
      { series: up((job) => (job === "auth" ? "0x10" : "1x10")), at: 6 },
      { series: up((job) => (job === "bridge" ? "_x10" : "1x10")), at: 6 },
    ],
    quiet: [{ series: up(() => "1x10"), at: 8 }],
  },
];
