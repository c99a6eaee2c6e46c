const serving = [
  ...["aggregator", "archive", "auth", "bridge", "console", "delivery"],
  ...["inspector", "meter", "report-inspector"],
];

/** What the stack makes of our images, with all that belongs to it. */
export const ownProcesses = [
  "ConfigMap provision-streams",
  "DaemonSet fence-nodes",
  "Deployment auth-replicas",
  "Deployment console-replicas",
  "HorizontalPodAutoscaler auth-scale",
  "Job provision-job",
  ...["archive", "auth", "console"].flatMap((name) => [
    `PodIdentityAssociation ${name}-association`,
    `Role ${name}-role`,
    `RolePolicy ${name}-rights`,
  ]),
  "Service console-api-service",
  ...["aggregator", "archive", "bridge", "delivery", "inspector", "meter", "report-inspector"].map(
    (name) => `StatefulSet ${name}-replicas`,
  ),
  ...serving.flatMap((name) => [`PodDisruptionBudget ${name}-budget`, `Service ${name}-service`]),
  ...[...serving, "fence", "provision"].map((name) => `ServiceAccount ${name}-account`),
];
