import { expect, it } from "vitest";
import { promtoolComplaint, setUpPromtool } from "../infra/watch/promtool.fixture.ts";
import { localAlertRules, prometheusConfig } from "./watch-config.ts";

const processUrls = new Map([
  ["bridge-1", "http://127.0.0.1:10081"],
  ["bridge-2", "http://127.0.0.1:10082"],
  ["aggregator-1", "http://127.0.0.1:10083"],
]);

it("asks each process, in a job for each kind, by rules that Prometheus takes", () => {
  setUpPromtool();
  const config = prometheusConfig({
    ...{ region: "local", alertmanagerUrl: "http://127.0.0.1:10084", rulesFile: "rules.json" },
    processUrls,
  });
  expect(config.scrape_configs.map(({ job_name }) => job_name)).toEqual(["bridge", "aggregator"]);
  const files = { "rules.json": { groups: localAlertRules() }, "prometheus.json": config };
  expect(promtoolComplaint(["check", "config"], files)).toBeUndefined();
});

it("has the rules about our processes, and none that would tell of what is not here", () => {
  const names = localAlertRules().flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(names).toContain("SentinelBridgeDown");
  expect(names).toContain("SentinelNoticesWaiting");
  expect(names).not.toContain("SentinelMosquittoDown");
  expect(names).not.toContain("SentinelWatchBlind");
});
