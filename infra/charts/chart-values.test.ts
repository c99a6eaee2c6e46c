import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { type FakeEngine, fakeEngine } from "../../test/support/fake-engine.ts";
import { CertManager } from "../platform/cert-manager.ts";
import { namespaces } from "../platform/names.ts";
import { charts } from "../versions.ts";
import { Monitoring } from "../watch/monitoring.ts";
import { watched } from "../watch/rule-cases/rule-case.fixture.ts";
import { type ChartFacts, chartFacts } from "./chart-facts.fixture.ts";

let engine: FakeEngine;
beforeAll(async () => {
  engine = await fakeEngine();
  const { certManager, watch } = namespaces;
  new CertManager("cert-manager", { namespace: certManager, awsRights: true });
  new Monitoring("watch", {
    watched,
    namespace: watch,
    storageClassName: "gp3",
    runbooks: "https://example.com/runbooks",
    dockerHubMirror: "mirror.example.com",
  });
  await pulumi.runtime.disconnect();
});

const releaseOf = (chart: string) => {
  const all = engine.of("kubernetes:helm.sh/v3:Release").map(({ inputs }) => inputs);
  return all.find((inputs) => inputs.chart === chart);
};

/** Every value of ours by its path; a list is one value. */
function valuesIn(object: object, prefix = ""): [path: string, value: unknown][] {
  return Object.entries(object).flatMap(([key, value]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    const isTree = typeof value === "object" && value !== null && !Array.isArray(value);
    return isTree ? valuesIn(value, path) : [[path, value] as [string, unknown]];
  });
}

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
  const installed = engine.of("kubernetes:helm.sh/v3:Release").map(({ inputs }) => inputs.chart);
  expect(installed.sort()).toEqual(Object.keys(chartFacts).sort());
});

it("calls the charts' Services by their names wherever an operator is told one", () => {
  const docs = join(import.meta.dirname, "../../docs");
  const told = globSync("**/*.md", { cwd: docs }).flatMap((file) =>
    readFileSync(join(docs, file), "utf8")
      .split("\n")
      .filter((line) => line.includes(`-n ${namespaces.watch} `))
      .flatMap((line) => [...line.matchAll(/\bsvc\/([a-z-]+)/g)].map(([, name]) => name)),
  );
  const services = Object.values(chartFacts).flatMap(({ services }) => services);
  expect(told.length).toBeGreaterThan(3);
  expect(told.filter((name) => !services.includes(name ?? ""))).toEqual([]);
});
