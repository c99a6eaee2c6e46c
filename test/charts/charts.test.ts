import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { type ChartFacts, chartFacts } from "../../infra/charts/chart-facts.fixture.ts";
import { releases } from "../../infra/charts/releases.fixture.ts";
import { charts } from "../../infra/versions.ts";
import { validateObject } from "../engine/kubernetes-validator.ts";
import { type FetchedChart, fetchChart, setUpHelm, whyUnreachable } from "./helm.ts";

/**
 * The charts as they are published, with our values. Where a repository cannot be reached, what we
 * rely on is only held against the facts that were written down (`infra/charts/`), unless
 * CHARTS_REQUIRED says that it has to be.
 */
const repositories: string[] = [
  ...new Set(Object.values(charts).map(({ repository }) => repository)),
];
const answers = await Promise.all(
  repositories.map(async (each) => [each, await whyUnreachable(each)] as const),
);
const silent = new Map(answers.filter(([, why]) => why !== undefined));
if (silent.size > 0) {
  const whys = [...silent].map(([repository, why]) => `${repository} (${why})`).join(", ");
  const line = `charts are not rendered, only what is written down of them is checked: no answer from ${whys}`;
  if (process.env["CHARTS_REQUIRED"] === "true") throw new Error(line);
  process.stderr.write(`${line}\n`);
}

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
type KubeObject = any;

const installed = await releases();
if (silent.size < repositories.length) setUpHelm();

describe.each(Object.entries(chartFacts))("%s", (name, facts: ChartFacts) => {
  const release = installed.find(({ chart }) => chart === name);
  let chart: FetchedChart | undefined;
  let objects: readonly KubeObject[] = [];

  beforeAll(() => {
    if (!release) throw new Error(`${name} is not installed`);
    if (!silent.has(release.repositoryOpts.repo)) chart = fetchChart(release);
  });
  afterAll(() => chart?.remove());

  const fetched = ({ skip }: TestContext): FetchedChart => {
    if (!chart) return skip("the repository cannot be reached");
    if (objects.length === 0) objects = chart.render();
    return chart;
  };

  it("passes Helm's linter", (context) => {
    expect(fetched(context).lint()).toBe("");
  });

  it("makes objects that the API server takes", (context) => {
    const { directory } = fetched(context);
    expect(objects.length).toBeGreaterThan(3);
    const own = definedIn(directory);
    const others = objects.filter(({ kind }) => !own.has(kind));
    const refused = others.flatMap((object) =>
      [...validateObject(object), ...saidTwice(object)].map(
        (mistake) => `${object.kind} ${object.metadata?.name}: ${mistake}`,
      ),
    );
    expect(refused).toEqual([]);
  });

  it("has the Services and the pods that we name", (context) => {
    fetched(context);
    for (const [service, port] of Object.entries(facts.services)) {
      const made = objects.find(
        ({ kind, metadata }) => kind === "Service" && metadata.name === service,
      );
      expect(
        made?.spec.ports.map(({ port }: KubeObject) => port),
        service,
      ).toContain(port);
    }
    for (const { labels, port } of facts.pods) {
      const pods = objects.map(({ spec }) => spec?.template).filter((each) => each?.spec);
      const found = pods.filter(({ metadata }) =>
        Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value),
      );
      const ports = found.flatMap(({ spec }) =>
        spec.containers.flatMap(({ ports = [] }: KubeObject) =>
          ports.flatMap(({ name, containerPort }: KubeObject) => [name, containerPort]),
        ),
      );
      expect(ports).toContain(port);
    }
  });

  it("reads every key that it is told, and has the defaults beside them", (context) => {
    const { directory } = fetched(context);
    const defaults = defaultsOf(directory);
    for (const [path, value] of Object.entries(facts.defaults)) {
      expect(at(defaults, path), path).toEqual(value);
    }
    const templates = globSync("**/*.{yaml,tpl}", { cwd: directory })
      .map((file) => readFileSync(join(directory, file), "utf8"))
      .join("\n");
    const unread = facts.reads.filter(
      (path) =>
        at(defaults, path) === undefined && !templates.includes(path.split(".").at(-1) ?? path),
    );
    expect(unread).toEqual([]);
  });
});

/** Kinds that a chart brings the definitions of, newer than those that we know: its own affair. */
function definedIn(directory: string): ReadonlySet<string> {
  const files = globSync("**/crds/*.yaml", { cwd: directory });
  return new Set(
    files.flatMap((file) =>
      parseAllDocuments(readFileSync(join(directory, file), "utf8"))
        .map((document) => document.toJS()?.spec?.names?.kind)
        .filter((kind) => typeof kind === "string"),
    ),
  );
}

/** What no schema says: of two keys that exclude each other, both. */
function saidTwice({ kind, spec }: KubeObject): string[] {
  const both = spec?.minAvailable !== undefined && spec?.maxUnavailable !== undefined;
  return kind === "PodDisruptionBudget" && both
    ? ["minAvailable and maxUnavailable cannot be both set"]
    : [];
}

/** The chart's own values, and below their names those of the charts in it. */
function defaultsOf(directory: string): KubeObject {
  const parts = globSync("charts/*/values.yaml", { cwd: directory }).map((file) => {
    const [, part = ""] = file.split("/");
    return [part, parse(readFileSync(join(directory, file), "utf8"))] as const;
  });
  const own = parse(readFileSync(join(directory, "values.yaml"), "utf8"));
  const below = parts.map(([part, values]) => [part, { ...values, ...own[part] }]);
  return { ...own, ...Object.fromEntries(below) };
}

const at = (values: KubeObject, path: string): unknown =>
  path.split(".").reduce((value, key) => value?.[key], values);
