import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { namespaces } from "../platform/names.ts";
import { charts } from "../versions.ts";
import { adapterPort } from "../watch/adapter-values.ts";
import { grafanaService, prometheusPort, prometheusService } from "../watch/stack-values.ts";
import { metricsApiAccess, podMonitors } from "../watch/watch-objects.ts";
import { type ChartFacts, chartFacts } from "./chart-facts.fixture.ts";
import { type Release, releases, valuesIn } from "./releases.fixture.ts";

let installed: readonly Release[];
beforeAll(async () => {
  installed = await releases();
});

const releaseOf = (chart: string) => {
  const found = installed.find((release) => release.chart === chart);
  if (!found) throw new Error(`${chart} is not installed`);
  return found;
};

const isSet = (value: unknown) => value !== undefined && value !== null && value !== "";

describe.each(Object.entries(chartFacts))("%s", (chart, facts: ChartFacts) => {
  it("was read in the version that is installed", () => {
    const versions = Object.values(charts).map(({ version }) => version as string);
    expect(versions).toContain(facts.version);
    expect(releaseOf(chart).version).toBe(facts.version);
  });

  it("is told nothing twice that its objects can only say once", () => {
    const whole = new Map([
      ...Object.entries(facts.defaults),
      ...valuesIn(releaseOf(chart).values),
    ]);
    for (const { path, keys } of facts.oneOf) {
      const told = keys.filter((key) => isSet(whole.get(`${path}.${key}`)));
      expect(told.length, `${path}: ${told.join(" and ")}`).toBeLessThanOrEqual(1);
    }
  });

  it("has the time that nodes and volumes take to come", () => {
    expect(releaseOf(chart).timeout).toBeGreaterThanOrEqual(900);
  });

  it("reads everything that it is told", () => {
    const unread = valuesIn(releaseOf(chart).values)
      .map(([path]) => path)
      .filter((path) => !facts.reads.some((read) => path === read || path.startsWith(`${read}.`)));
    expect(unread).toEqual([]);
  });
});

it("has a look at every chart that is installed", () => {
  expect(installed.map(({ chart }) => chart).sort()).toEqual(Object.keys(chartFacts).sort());
});

it("finds pods and Services by what the charts give them", () => {
  const [controller] = chartFacts["cert-manager"]?.pods ?? [];
  const monitor = podMonitors["cert-manager"];
  expect(controller?.labels).toEqual(monitor.selector.matchLabels);
  expect(controller?.port).toBe(monitor.podMetricsEndpoints[0]?.port);
  const [adapter] = chartFacts["prometheus-adapter"]?.pods ?? [];
  expect(adapter?.labels).toEqual(metricsApiAccess(adapterPort).podSelector.matchLabels);
  expect(adapter?.port).toBe(adapterPort);
  const { services } = chartFacts["kube-prometheus-stack"] ?? {};
  expect(services?.[prometheusService]).toBe(prometheusPort);
  expect(Object.keys(services ?? {})).toContain(grafanaService);
});

it("calls the charts' Services by their names wherever an operator is told one", () => {
  const docs = join(import.meta.dirname, "../../docs");
  const told = globSync("**/*.md", { cwd: docs }).flatMap((file) =>
    readFileSync(join(docs, file), "utf8")
      .split("\n")
      .filter((line) => line.includes(`-n ${namespaces.watch} `))
      .flatMap((line) => [...line.matchAll(/\bsvc\/([a-z-]+) (?:\d+:)?(\d+)/g)])
      .map(([, name, port]) => [name, Number(port)] as const),
  );
  const services = Object.values(chartFacts).flatMap(({ services }) => Object.entries(services));
  expect(told.length).toBeGreaterThan(3);
  for (const each of told) expect(services).toContainEqual(each);
});
