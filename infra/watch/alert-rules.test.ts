import { beforeAll, describe, expect, it } from "vitest";
import { alertRules } from "./alert-rules.ts";
import { promtoolComplaint, setUpPromtool } from "./promtool.fixture.ts";
import { aggregatorCases } from "./rule-cases/aggregator.fixture.ts";
import { archiveCases } from "./rule-cases/archive.fixture.ts";
import { authCases } from "./rule-cases/auth.fixture.ts";
import { bridgeCases } from "./rule-cases/bridge.fixture.ts";
import { catchUpCases } from "./rule-cases/catch-up.fixture.ts";
import { consoleCases } from "./rule-cases/console.fixture.ts";
import { deliveryCases } from "./rule-cases/delivery.fixture.ts";
import { edgeCases } from "./rule-cases/edge.fixture.ts";
import { inspectorCases } from "./rule-cases/inspector.fixture.ts";
import { meterCases } from "./rule-cases/meter.fixture.ts";
import { natsCases } from "./rule-cases/nats.fixture.ts";
import { platformCases } from "./rule-cases/platform.fixture.ts";
import { revocationCases } from "./rule-cases/revocation.fixture.ts";
import { type Scenario, watched } from "./rule-cases/rule-case.fixture.ts";

const groups = alertRules(watched, "https://example.com/runbooks/");
const rules = groups.flatMap((group) => group.rules);
const cases = [
  ...bridgeCases,
  ...inspectorCases,
  ...deliveryCases,
  ...catchUpCases,
  ...authCases,
  ...consoleCases,
  ...archiveCases,
  ...aggregatorCases,
  ...meterCases,
  ...revocationCases,
  ...edgeCases,
  ...natsCases,
  ...platformCases,
];

beforeAll(setUpPromtool);

const asSeries = (series: Scenario["series"]) =>
  Object.entries(series).map(([name, values]) => ({ series: name, values }));

/** Looks whether an alert fires, once per scenario. */
function complaintAbout(alert: string, scenarios: readonly Scenario[], firing: boolean) {
  const expr = `count by (alertname) (ALERTS{alertname="${alert}",alertstate="firing"}) > bool 0`;
  const tests = scenarios.map(({ series, at }) => ({
    interval: "1m",
    input_series: asSeries(series),
    promql_expr_test: [
      {
        expr,
        eval_time: `${at}m`,
        exp_samples: firing ? [{ labels: `{alertname="${alert}"}`, value: 1 }] : [],
      },
    ],
  }));
  const alone = rules.filter((rule) => rule.alert === alert);
  return promtoolComplaint(["test", "rules"], {
    "rules.yaml": { groups: [{ name: "alone", rules: alone }] },
    "tests.yaml": { rule_files: ["rules.yaml"], evaluation_interval: "1m", tests },
  });
}

it("is what Prometheus accepts", () => {
  expect(promtoolComplaint(["check", "rules", "--lint-fatal"], { "rules.yaml": { groups } })).toBe(
    undefined,
  );
});

it("has a case for each alert, and one alert for each name", () => {
  const names = rules.map((rule) => rule.alert);
  expect(new Set(names).size).toBe(names.length);
  expect(cases.map((each) => each.alert).sort()).toEqual(names.sort());
});

describe.each(cases)("$alert", ({ alert, fires, quiet }) => {
  it("fires", () => {
    expect(complaintAbout(alert, fires, true)).toBe(undefined);
  });

  it("is quiet", () => {
    expect(complaintAbout(alert, quiet, false)).toBe(undefined);
  });
});

it("tells what is wrong, what it means and where the runbook is", () => {
  const alertname = "SentinelEdgeConnectionsNearMax";
  const annotations = {
    summary: "nats-edge-3 has 95% of the connections that it takes",
    description:
      "A full server turns devices away; they try again and reach another one, if there is room.",
    runbook_url: `https://example.com/runbooks/${alertname}.md`,
  };
  const labels = `{job="nats-edge",pod="nats-edge-3"}`;
  const series = {
    [`gnatsd_varz_connections${labels}`]: "95x10",
    [`gnatsd_varz_max_connections${labels}`]: "100x10",
  };
  const exp_alerts = [
    { exp_labels: { severity: "warning", pod: "nats-edge-3" }, exp_annotations: annotations },
  ];
  const test = {
    interval: "1m",
    input_series: asSeries(series),
    alert_rule_test: [{ eval_time: "8m", alertname, exp_alerts }],
  };
  expect(
    promtoolComplaint(["test", "rules"], {
      "rules.yaml": { groups },
      "tests.yaml": { rule_files: ["rules.yaml"], tests: [test] },
    }),
  ).toBe(undefined);
});

it("misses no fence where none is wanted", () => {
  const unfenced = alertRules({ ...watched, fenced: false }, "https://example.com");
  const names = unfenced.flatMap((group) => group.rules.map((rule) => rule.alert));
  expect(names).not.toContain("SentinelFenceMissing");
  expect(names).toHaveLength(rules.length - 1);
});

describe("a region of its own", () => {
  const alone = { ...watched, peers: [], upstreamBundled: false };
  const names = alertRules(alone, "https://example.com").flatMap((group) =>
    group.rules.map((rule) => rule.alert),
  );

  it("has no alert about links to others, nor about a broker that is not here", () => {
    expect(names).not.toContain("SentinelNatsLeafLinkDown");
    expect(names).not.toContain("SentinelNatsMirrorBehind");
    expect(names).not.toContain("SentinelMosquittoDown");
  });

  it("has all others", () => {
    expect(names).toHaveLength(rules.length - 4);
  });
});
