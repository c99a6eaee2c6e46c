import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { settingNames } from "../../stacks/settings-schema.ts";
import { type Engine, type Outcome, openEngine } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { changesIn, type Step } from "../../tools/engine/steps.ts";
import { awaitedWorkloads } from "./rollouts.ts";
import type { SettingEdit } from "./setting-edit.ts";
import { settingEdits } from "./setting-edits.ts";

/** The three stacks as they are, on the real engine: up, unchanged, edited, wrong, down. */
const withPolicies = ["--policy-pack", "policy"];
const nothingNew = ["--expect-no-changes", ...withPolicies];
let engine: Engine;

beforeAll(async () => {
  engine = openEngine();
  for (const stack of regionNames) {
    const { ok, output } = await engine.up({ stack, options: withPolicies });
    expect(ok, output).toBe(true);
  }
});
afterAll(() => engine.close());

const errorsOf = (outcome: Outcome) =>
  outcome.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);

/** Components are only names for what they hold. */
const resourcesIn = (steps: readonly Step[]) =>
  changesIn(steps).filter(({ type }) => !type.startsWith("sentinel:"));

const described = ({ operation, type, name }: Step) =>
  `${operation} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`;

describe.concurrent("after all three came up", () => {
  it.each(regionNames)("%s has nothing to do, and breaks no policy", async (stack) => {
    const { ok, output } = await engine.preview({ stack, options: nothingNew });
    expect(ok, output).toBe(true);
    expect(output).toMatch(/[\d,]+ USD a month by list prices, as it stands/);
  });

  it.each(regionNames)("%s waits for pods as long as they may take", (stack) => {
    const workloads = awaitedWorkloads(engine.state({ stack }));
    expect(workloads.length).toBeGreaterThan(6);
    for (const { name, givenSeconds, neededSeconds } of workloads) {
      expect(givenSeconds, name).toBeGreaterThan(neededSeconds);
    }
  });

  it.each(regionNames)("%s says what images run, for previews to take", async (stack) => {
    const { ok, output } = await engine.command(["stack", "output", "imageVersion"], { stack });
    expect(ok, output).toBe(true);
    expect(output).toMatch(/\b0\.1\.0\b/);
  });

  it.each(regionNames)("the state of %s holds no generated secret in clear text", (stack) => {
    const state = engine.state({ stack });
    // A key has several lines; none of them may be there.
    const lines = engine.secrets().flatMap((secret) => secret.split("\n"));
    const telling = lines.filter((line) => line.length >= 16 && !line.startsWith("-----"));
    expect(telling.length).toBeGreaterThan(10);
    expect(telling.filter((line) => state.includes(line))).toEqual([]);
  });
});

describe.concurrent("an edit of", () => {
  const title = ({ setting, edits }: SettingEdit) =>
    `${setting} in ${Object.keys(edits).join(", ")}`;

  it.each(settingEdits.map((edit) => [title(edit), edit] as const))("%s", async (_, edit) => {
    const outcome = await engine.preview({ stack: edit.stack ?? "us-east", edits: edit.edits });
    const steps = resourcesIn(outcome.steps);
    if (edit.refusedBy !== undefined) {
      expect(outcome.ok).toBe(false);
      expect(errorsOf(outcome).join("\n")).toMatch(
        new RegExp(`::${edit.refusedBy}".*protect`, "s"),
      );
      return;
    }
    expect(outcome.ok, outcome.output).toBe(true);
    expect(steps.map(described).sort()).toEqual([...(edit.steps ?? [])].sort());
    if (edit.costs !== undefined) expect(outcome.output).toMatch(edit.costs);
    const lost = steps.filter(
      (step) => step.protected && /^(replace|delete)$/.test(step.operation),
    );
    expect(lost.map(described)).toEqual([]);
  });
});

it("has an edit for each setting there is", () => {
  const tried = new Set(settingEdits.map(({ setting }) => setting));
  expect(settingNames.filter((name) => !tried.has(name))).toEqual([]);
});

describe.concurrent("a mistake in the settings", () => {
  const mistakes: readonly [what: string, edits: SettingsEdits, message: RegExp][] = [
    [
      "a misspelt key",
      { "us-east": { "sentinel:retentionHour": 72 } },
      /Pulumi\.us-east\.yaml: sentinel:retentionHour is not a setting/,
    ],
    [
      "networks that overlap",
      { "us-east": { "sentinel:cidr": "10.20.0.0/16" } },
      /sentinel:cidr must not overlap.*10\.20\.0\.0\/16 and 10\.20\.0\.0\/16/,
    ],
    [
      "shares that do not add up",
      { "us-east": { "sentinel:share": 60 } },
      /sentinel:share must add up to 100; got us-east 60.*which is 110/,
    ],
    [
      "an unknown instance type",
      { "us-east": { "sentinel:instanceTypes": { core: "r8g.huge" } } },
      /sentinel:instanceTypes\.core must be one of .*; got "r8g\.huge"/,
    ],
  ];
  it.each(mistakes)("%s is one line that says what to do", async (_, edits, message) => {
    const outcome = await engine.preview({ stack: "us-east", edits, traces: true });
    expect(outcome.ok).toBe(false);
    const [first, ...others] = errorsOf(outcome);
    expect(others).toEqual([]);
    expect(first).toMatch(message);
    expect(first?.split("\n")).toHaveLength(2);
    expect(outcome.output).not.toMatch(/^\s+at .*:\d+/m);
  });

  it("a region without us-east is one line that says what to do", async () => {
    const empty = openEngine();
    try {
      const outcome = await empty.preview({ stack: "eu-west", traces: true });
      expect(outcome.ok).toBe(false);
      const errors = errorsOf(outcome);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(/us-east.*pulumi up/);
      expect(errors[0]?.split("\n")).toHaveLength(1);
      expect(outcome.output).not.toMatch(/^\s+at .*:\d+/m);
    } finally {
      empty.close();
    }
  });
});

describe("volumes, which Kubernetes lets grow and never shrink", () => {
  const coreClaims = () =>
    engine.cloud
      .find("kubernetes:core/v1:PersistentVolumeClaim")
      .filter(({ stack, id }) => stack === "ap-south" && id.includes("data-nats-core-"))
      .map(({ properties }) => properties["spec"]);
  const upWith = async (clients: number) => {
    const settings = { "sentinel:clients": clients };
    const edits = Object.fromEntries(regionNames.map((stack) => [stack, settings]));
    const { ok, output } = await engine.up({ stack: "ap-south", edits });
    expect(ok, output).toBe(true);
    return output;
  };

  it("grow with the fleet, stay when it becomes smaller again, and say so", async () => {
    await upWith(3_000_000);
    const grown = coreClaims();
    expect(grown).toHaveLength(3);
    expect(await upWith(100_000)).toMatch(
      /volumes of the core servers stay at \d+ GiB: \d+ would do/,
    );
    expect(coreClaims()).toEqual(grown);
  });
});

describe("at the end", () => {
  it("a preview of the destruction says that it is refused while resources are protected", async () => {
    const { ok, output } = await engine.command(["destroy", "--preview-only"], {
      stack: "ap-south",
    });
    expect(ok).toBe(false);
    expect(output).toContain("it is protected");
  });

  it("everything goes in reverse order once deletionProtection is off", async () => {
    const off = { "sentinel:deletionProtection": false };
    const edits = Object.fromEntries(regionNames.map((stack) => [stack, off]));
    for (const stack of [...regionNames].reverse()) {
      const up = await engine.up({ stack, edits });
      expect(up.ok, up.output).toBe(true);
      const destroyed = await engine.destroy({ stack, edits });
      expect(destroyed.ok, destroyed.output).toBe(true);
      expect(engine.cloud.all().filter((each) => each.stack === stack)).toEqual([]);
    }
  });
});
