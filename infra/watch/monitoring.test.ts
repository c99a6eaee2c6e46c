import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { type FakeEngine, fakeEngine } from "../../test/support/fake-engine.ts";
import { labelsOf } from "../platform/names.ts";
import { charts } from "../versions.ts";
import { alertRules } from "./alert-rules.ts";
import { dashboards } from "./dashboards.ts";
import { Monitoring, type MonitoringArgs } from "./monitoring.ts";
import { watched } from "./rule-cases/rule-case.fixture.ts";
import { scrapedWorkloads } from "./watched-region.ts";

const args: MonitoringArgs = {
  watched,
  namespace: "watch",
  storageClassName: "gp3",
  runbooks: "https://example.com/runbooks",
};

async function registered(more: Partial<MonitoringArgs> = {}): Promise<FakeEngine> {
  const engine = await fakeEngine();
  new Monitoring("watch", { ...args, ...more });
  // Waits until everything is registered.
  await pulumi.runtime.disconnect();
  return engine;
}

const valuesOf = (engine: FakeEngine, chart: string) =>
  engine.named(`watch-${chart}`).inputs.values;

/** The SDK marks the content of every Secret as secret, which the engine records as an envelope. */
function contentOf(engine: FakeEngine, secret: string): Record<string, string> {
  const { stringData } = engine.named(`watch-${secret}`).inputs;
  return stringData.value ?? stringData;
}

const alertmanagerOf = (engine: FakeEngine) =>
  JSON.parse(contentOf(engine, "alertmanager-config")["alertmanager.yaml"] ?? "");

describe("in general", () => {
  let engine: FakeEngine;
  beforeAll(async () => {
    engine = await registered();
  });
  const stack = () => valuesOf(engine, "kube-prometheus-stack");

  it("pins both charts", () => {
    const { inputs } = engine.named("watch-kube-prometheus-stack");
    expect(inputs).toMatchObject({
      version: charts.kubePrometheusStack.version,
      namespace: "watch",
    });
    expect(engine.named("watch-prometheus-adapter").inputs).toMatchObject({
      version: charts.prometheusAdapter.version,
      namespace: "watch",
    });
  });

  it("keeps figures on volumes of the given class, in two zones", () => {
    const { prometheus, alertmanager } = stack();
    const { storageSpec, retention, retentionSize, ...spec } = prometheus.prometheusSpec;
    expect(storageSpec.volumeClaimTemplate.spec).toMatchObject({
      storageClassName: "gp3",
      resources: { requests: { storage: "50Gi" } },
    });
    expect([retention, retentionSize]).toEqual(["15d", "40GiB"]);
    for (const each of [spec, alertmanager.alertmanagerSpec]) {
      expect(each).toMatchObject({
        replicas: 2,
        podAntiAffinity: "hard",
        podAntiAffinityTopologyKey: "topology.kubernetes.io/zone",
      });
    }
  });

  it("needs nothing of its nodes", () => {
    expect(stack().nodeExporter.enabled).toBe(false);
  });

  it("gives Grafana a generated password, which is in no value of the chart", () => {
    const password = contentOf(engine, "grafana-admin")["admin-password"];
    expect(password).toMatch(/^p\w{40,}$/);
    expect(stack().grafana.admin.existingSecret).toBe("grafana-admin");
    expect(JSON.stringify(stack())).not.toContain(password);
  });

  it("has Prometheus find our monitors and rules by their labels", () => {
    const { podMonitorSelector, ruleSelector } = stack().prometheus.prometheusSpec;
    const objects = engine.registrations.filter(({ type }) =>
      type.startsWith("kubernetes:monitoring"),
    );
    expect(objects).toHaveLength(4);
    for (const { inputs } of objects) {
      const selector = inputs.kind === "PodMonitor" ? podMonitorSelector : ruleSelector;
      expect(inputs.metadata.labels).toMatchObject(selector.matchLabels);
    }
  });

  it("scrapes every process and server by the label and port that their pods have", () => {
    const { selector, podMetricsEndpoints, jobLabel } =
      engine.named("watch-workloads-monitor").inputs.spec;
    const [{ key, values }] = selector.matchExpressions;
    expect(labelsOf("bridge")).toHaveProperty([key], "bridge");
    expect(jobLabel).toBe(key);
    expect(values).toEqual([...scrapedWorkloads]);
    expect(podMetricsEndpoints).toEqual([
      { port: "metrics" },
      { port: "gate-metrics" },
      { port: "mender-metrics" },
    ]);
  });

  it("hands over every rule", () => {
    const { spec } = engine.named("watch-rules").inputs;
    expect(spec.groups).toEqual(alertRules(watched, args.runbooks));
  });

  it("hands over every dashboard in a ConfigMap that Grafana takes up", () => {
    const maps = engine.of("kubernetes:core/v1:ConfigMap");
    expect(maps).toHaveLength(Object.keys(dashboards(watched)).length);
    for (const { inputs } of maps) {
      expect(inputs.metadata.labels).toHaveProperty("grafana_dashboard", "1");
      const [json] = Object.values<string>(inputs.data);
      expect(JSON.parse(json ?? "")).toHaveProperty("uid");
      expect(json?.length).toBeLessThan(200_000);
    }
  });

  it("lets the autoscaler see connections of edges, and the API server ask for them", () => {
    const { rules, listenPort, prometheus } = valuesOf(engine, "prometheus-adapter");
    expect(rules.custom).toMatchObject([{ name: { as: "sentinel_edge_connections" } }]);
    expect(prometheus).toEqual({ url: "http://watch-prometheus.watch.svc", port: 9090 });
    const [{ ports }] = engine.named("watch-metrics-api-policy").inputs.spec.ingress;
    expect(ports).toEqual([{ port: listenPort, protocol: "TCP" }]);
  });
});

describe("where alerts go", () => {
  it("is nowhere without an address", async () => {
    const { route, receivers } = alertmanagerOf(await registered());
    expect(receivers).toEqual([{ name: route.receiver }]);
  });

  it("is the webhook, and critical ones more often", async () => {
    const { route, receivers } = alertmanagerOf(
      await registered({ alertWebhookUrl: "https://example.com/hook" }),
    );
    expect(receivers).toEqual([
      {
        name: route.receiver,
        webhook_configs: [{ url: "https://example.com/hook", send_resolved: true }],
      },
    ]);
    const critical = { matchers: ['severity="critical"'], receiver: route.receiver };
    expect(route.routes).toMatchObject([{ routes: [critical] }, critical]);
  });

  it("tells of each incident by itself, and at once", async () => {
    const { route } = alertmanagerOf(await registered());
    expect(route.routes[0]).toMatchObject({
      ...{ matchers: ['alertname="SentinelIncident"'], group_by: ["region", "incident"] },
      group_wait: "1s",
    });
  });
});

it("takes other sizes", async () => {
  const engine = await registered({ retentionDays: 30, volumeGiB: 200 });
  const { prometheusSpec } = valuesOf(engine, "kube-prometheus-stack").prometheus;
  expect(prometheusSpec).toMatchObject({ retention: "30d", retentionSize: "160GiB" });
});
