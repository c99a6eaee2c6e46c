import { describe, expect, it } from "vitest";
import { varzMetricNames } from "../../test/support/nats-varz.ts";
import { alertRules } from "./alert-rules.ts";
import { expressionsOf } from "./dashboard-queries.fixture.ts";
import { dashboards } from "./dashboards.ts";
import { foreignMetrics } from "./foreign-metrics.ts";
import { metricNamesIn, ownMetricNames, ownMetrics } from "./metric-names.fixture.ts";
import { watched } from "./rule-cases/rule-case.fixture.ts";

const inAlerts = alertRules(watched, "https://example.com").flatMap((group) =>
  group.rules.map((rule) => rule.expr),
);
const inDashboards = Object.values(dashboards(watched)).flatMap(expressionsOf);
const read = [...new Set([...inAlerts, ...inDashboards].flatMap(metricNamesIn))].sort();
const foreign: readonly string[] = Object.values(foreignMetrics).flat();

it.each([
  ["up", ["up"]],
  [`sum by (le, pod) (rate(a_b_total{x="y{z}"}[5m])) > bool 1`, ["a_b_total"]],
  ["max(a offset 2m) / on (x) group_left (y) b and on () c > 0.5", ["a", "b", "c"]],
  ["max_over_time((sum(a))[30m:1m]) or vector(0) unless absent(b)", ["a", "b"]],
  ["a / 1e9 > 61000", ["a"]],
])("finds the metrics of %s", (expression, names) => {
  expect(metricNamesIn(expression)).toEqual(names);
});

describe("what rules and dashboards read", () => {
  it("is registered by a process of ours, when it has our name", async () => {
    const registered = await ownMetricNames();
    const ours = read.filter((name) => name.startsWith("sentinel_"));
    expect(ours.length).toBeGreaterThan(30);
    expect(ours.filter((name) => !registered.has(name))).toEqual([]);
  });

  it("is on the list of others' metrics otherwise, and nothing else is on it", () => {
    expect(read.filter((name) => !name.startsWith("sentinel_"))).toEqual([...foreign].sort());
  });

  it("is a figure of the nats-server that runs, when it comes from there", async () => {
    const known = await varzMetricNames();
    const ofVarz = foreign.filter((name) => name.startsWith("gnatsd_varz_"));
    expect(ofVarz.filter((name) => !known.has(name))).toEqual([]);
  });
});

it("shows every figure of ours on some dashboard", async () => {
  const shown = new Set(inDashboards.flatMap(metricNamesIn));
  const withoutEnding = (name: string) => name.replace(/_(bucket|sum|count)$/, "");
  const unseen = [...(await ownMetricNames())]
    .filter((name) => name.startsWith("sentinel_"))
    .map(withoutEnding)
    .filter((name) => ![...shown].some((seen) => withoutEnding(seen) === name));
  expect([...new Set(unseen)]).toEqual([]);
});

it("counts from zero: a rate would not see the first event of a series that begins with it", async () => {
  const counters = (await ownMetrics()).filter(
    ({ name, type }) => name.startsWith("sentinel_") && String(type) === "counter",
  );
  expect(counters.length).toBeGreaterThan(20);
  const empty = counters.filter(({ values }) => values.length === 0).map(({ name }) => name);
  // Its routes and status codes are not known before they were asked for.
  expect(empty).toEqual(["sentinel_console_requests_total"]);
});
