import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { randomPassword } from "../platform/random-password.ts";
import { chartSeconds } from "../platform/rollout.ts";
import { charts } from "../versions.ts";
import { adapterPort, adapterValues } from "./adapter-values.ts";
import { alertRules } from "./alert-rules.ts";
import { alertmanagerConfig } from "./alertmanager-config.ts";
import { dashboards } from "./dashboards.ts";
import { prometheusPort, prometheusService, stackValues, watchLabels } from "./stack-values.ts";
import {
  alertmanagerAccess,
  dashboardLabel,
  isolation,
  metricsApiAccess,
  podMonitors,
} from "./watch-objects.ts";
import type { WatchedRegion } from "./watched-region.ts";

export interface MonitoringArgs {
  readonly watched: WatchedRegion;
  /** Exists already. Pod Security `baseline` suffices: nothing here looks into its node. */
  readonly namespace: pulumi.Input<string>;
  readonly storageClassName: pulumi.Input<string>;
  /** URL of the folder with a runbook for each alert. */
  readonly runbooks: string;
  /** Receives Alertmanager's JSON. Absent: alerts are only shown. */
  readonly alertWebhookUrl?: pulumi.Input<string>;
  /** Instead of Docker Hub. Defaults to none. */
  readonly dockerHubMirror?: string | undefined;
  /** How long figures are kept, 15 days by default. */
  readonly retentionDays?: number;
  /** Volume of each of the two Prometheus servers, 50 GiB by default. */
  readonly volumeGiB?: number;
}

/**
 * Prometheus with the region's rules, Alertmanager, Grafana with its dashboards, and the metric by
 * which the edges scale. cert-manager must be there.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** Secret with Grafana's `admin-user` and `admin-password`. */
  readonly grafanaSecret: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:watch:Monitoring", name, {}, opts);
    const context: Context = { name, namespace: args.namespace, parent: this };

    const grafana = secret(context, "grafana-admin", {
      "admin-user": "admin",
      "admin-password": randomPassword(`${name}-grafana-password`, this),
    });
    const alertmanager = secret(context, "alertmanager-config", {
      // JSON is YAML too.
      "alertmanager.yaml": pulumi.jsonStringify(
        pulumi.output(args.alertWebhookUrl).apply(alertmanagerConfig),
      ),
    });
    const stack = release(context, "kube-prometheus-stack", {
      ...charts.kubePrometheusStack,
      values: stackValues({
        ...{ namespace: args.namespace, storageClassName: args.storageClassName },
        region: args.watched.region,
        retentionDays: args.retentionDays ?? 15,
        volumeGiB: args.volumeGiB ?? 50,
        alertmanagerSecret: alertmanager.metadata.name,
        grafanaSecret: grafana.metadata.name,
        dockerHubMirror: args.dockerHubMirror,
      }),
    });
    const url = pulumi.interpolate`http://${prometheusService}.${args.namespace}.svc`;
    release(context, "prometheus-adapter", {
      ...charts.prometheusAdapter,
      values: adapterValues({ url, port: prometheusPort }),
      dependsOn: stack,
    });
    scrapeTargets(context, stack);
    rules(context, stack, args);
    boards(context, args.watched);
    policies(context);

    this.grafanaSecret = grafana.metadata.name;
    this.registerOutputs({ grafanaSecret: this.grafanaSecret });
  }
}

interface Context {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
}

const metadataOf = ({ namespace }: Context, name: string, labels = {}) => ({
  name,
  namespace,
  labels: { ...watchLabels, ...labels },
});

function secret(
  context: Context,
  name: string,
  stringData: Readonly<Record<string, pulumi.Input<string>>>,
) {
  return new kubernetes.core.v1.Secret(
    `${context.name}-${name}`,
    { metadata: metadataOf(context, name), stringData },
    { parent: context.parent },
  );
}

function release(
  { name, namespace, parent }: Context,
  chart: string,
  args: {
    readonly repository: string;
    readonly version: string;
    readonly values: object;
    readonly dependsOn?: pulumi.Resource;
  },
) {
  const { repository: repo, version, values, dependsOn } = args;
  return new kubernetes.helm.v3.Release(
    `${name}-${chart}`,
    {
      ...{ name: chart, chart, version, repositoryOpts: { repo }, namespace, values },
      timeout: chartSeconds,
    },
    { parent, ...(dependsOn && { dependsOn }) },
  );
}

/** Needs the types that the chart brings. */
function scrapeTargets(context: Context, stack: pulumi.Resource) {
  for (const [name, spec] of Object.entries(podMonitors)) {
    new kubernetes.apiextensions.CustomResource(
      `${context.name}-${name}-monitor`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: metadataOf(context, name),
        spec,
      },
      { parent: context.parent, dependsOn: stack },
    );
  }
}

function rules(context: Context, stack: pulumi.Resource, args: MonitoringArgs) {
  new kubernetes.apiextensions.CustomResource(
    `${context.name}-rules`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: metadataOf(context, "sentinel"),
      spec: { groups: alertRules(args.watched, args.runbooks) },
    },
    { parent: context.parent, dependsOn: stack },
  );
}

function boards(context: Context, watched: WatchedRegion) {
  const label = { [dashboardLabel.key]: dashboardLabel.value };
  for (const [name, dashboard] of Object.entries(dashboards(watched))) {
    new kubernetes.core.v1.ConfigMap(
      `${context.name}-${name}-dashboard`,
      {
        metadata: metadataOf(context, `dashboard-${name}`, label),
        data: { [`${name}.json`]: JSON.stringify(dashboard, undefined, 1) },
      },
      { parent: context.parent },
    );
  }
}

function policies(context: Context) {
  const specs = {
    inside: isolation,
    "metrics-api": metricsApiAccess(adapterPort),
    alertmanager: alertmanagerAccess,
  };
  for (const [name, spec] of Object.entries(specs)) {
    new kubernetes.networking.v1.NetworkPolicy(
      `${context.name}-${name}-policy`,
      { metadata: metadataOf(context, name), spec },
      { parent: context.parent },
    );
  }
}
