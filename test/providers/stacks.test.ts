import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { type Engine, type Outcome, openEngine } from "../../tools/engine/engine.ts";
import { changesIn, type Step } from "../../tools/engine/steps.ts";
import { type Sandbox, startSandbox } from "../../tools/providers/sandbox.ts";
import type { SettingEdit } from "../engine/setting-edit.ts";
import { settingEdits } from "../engine/setting-edits.ts";

/**
 * The three stacks on the real AWS provider, Kubernetes stood in for: up, unchanged, and each setting
 * edited, which must do what the stand-ins promise.
 */
let sandbox: Sandbox;
let engine: Engine;

const minutes = 60_000;

beforeAll(async () => {
  sandbox = await startSandbox();
  engine = openEngine(undefined, sandbox.providers);
  for (const stack of regionNames) {
    const made = await engine.up({ stack });
    expect(made.ok, said(made)).toBe(true);
  }
}, 90 * minutes);
afterAll(async () => {
  engine?.close();
  await sandbox?.stop();
}, 5 * minutes);

/** What went wrong, in the providers' own words. */
const said = ({ diagnostics, output }: Outcome) => {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.length > 0 ? errors.map(({ message }) => message).join("\n") : output;
};

const resourcesIn = (steps: readonly Step[]) =>
  changesIn(steps).filter(({ type }) => !type.startsWith("sentinel:"));
const described = ({ operation, type, name }: Step) =>
  `${operation} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`;
const titled = (edits: readonly SettingEdit[]) =>
  edits.map((edit) => [`${edit.setting} in ${Object.keys(edit.edits).join(", ")}`, edit] as const);

it.each(regionNames)("%s has nothing to do after it came up", async (stack) => {
  const again = await engine.preview({ stack, options: ["--expect-no-changes", "--diff"] });
  expect(resourcesIn(again.steps).map(described), again.output).toEqual([]);
  expect(again.ok, said(again)).toBe(true);
});

describe("an edit does what the stand-ins say:", () => {
  it.each(titled(settingEdits))("%s", async (_, { stack = "us-east", edits, steps, refusedBy }) => {
    const outcome = await engine.preview({ stack, edits });
    if (refusedBy !== undefined) {
      expect(outcome.ok).toBe(false);
      expect(said(outcome)).toMatch(new RegExp(`::${refusedBy}".*protect`, "s"));
      return;
    }
    expect(outcome.ok, said(outcome)).toBe(true);
    expect(resourcesIn(outcome.steps).map(described).sort()).toEqual([...(steps ?? [])].sort());
  });
});
