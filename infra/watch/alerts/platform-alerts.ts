import { scrapedWorkloads, workloadNamespace } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

const ours = `namespace="${workloadNamespace}"`;
/** Those that have an alert of their own are told of once. */
const others = `${ours},statefulset!~"nats-core|mosquitto"`;
const missing = scrapedWorkloads.map((job) => `absent(up{job="${job}",${ours}})`).join(" or ");

/** A week before the end, or six hours after a renewal was due: weeks earlier, as a rule. */
const certificateDue =
  "max by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds) - time() < 604800" +
  " or time() - max by (namespace, name) (certmanager_certificate_renewal_timestamp_seconds) > 21600";

/** What everything runs on, and the watch itself. */
export const platformAlerts: readonly Alert[] = [
  {
    name: "SentinelWorkloadShortOfReplicas",
    severity: "warning",
    when:
      `max by (statefulset) (kube_statefulset_replicas{${others}} - kube_statefulset_status_replicas_ready{${others}}) > 0` +
      ` or max by (deployment) (kube_deployment_spec_replicas{${ours}} - kube_deployment_status_replicas_available{${ours}}) > 0`,
    lasting: "15m",
    summary: "{{ $labels.statefulset }}{{ $labels.deployment }} has {{ $value }} replicas too few",
    impact: "The reserve for a failing node or zone is used up.",
  },
  {
    name: "SentinelPodRestarting",
    severity: "warning",
    when: `sum by (pod, container) (increase(kube_pod_container_status_restarts_total{${ours}}[30m])) > 2`,
    lasting: "0s",
    summary: "{{ $labels.container }} of {{ $labels.pod }} restarts again and again",
    impact: "Others do its work meanwhile. What it holds is taken up again after each start.",
  },
  {
    name: "SentinelProvisionFailed",
    severity: "critical",
    when: `max by (job_name) (kube_job_failed{${ours},job_name=~"provision-.*",condition="true"}) > 0`,
    lasting: "0s",
    summary: "{{ $labels.job_name }} failed",
    impact:
      "Streams are as they were before the deployment, and the new processes may expect others.",
  },
  {
    name: "SentinelCertificateExpiring",
    severity: "warning",
    when: certificateDue,
    lasting: "1h",
    summary: "The certificate {{ $labels.name }} in {{ $labels.namespace }} is not being renewed",
    impact: "When it has expired, new TLS connections to its servers fail.",
  },
  {
    name: "SentinelWatchBlind",
    severity: "warning",
    when: `up{${ours}} == 0 or ${missing}`,
    lasting: "5m",
    summary: "No metrics of {{ $labels.job }} {{ $labels.pod }}",
    impact: "Alerts about it cannot be raised.",
  },
];
