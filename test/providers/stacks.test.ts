import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { type Engine, type Outcome, openEngine } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { changesIn, type Step } from "../../tools/engine/steps.ts";
import { type Sandbox, startSandbox } from "../../tools/providers/sandbox.ts";
import type { SettingEdit } from "../engine/setting-edit.ts";
import { settingEdits } from "../engine/setting-edits.ts";

/**
 * The three stacks on the real AWS provider, Kubernetes stood in for: up, unchanged, every setting
 * edited, what takes resources away made, settled and taken back, a smaller fleet, down. An edit has
 * to do what the stand-ins promise: the steps are those that `test/engine/` expects of them.
 */
let sandbox: Sandbox;
let engine: Engine;

const minutes = 60_000;
const upMs = 30 * minutes;

beforeAll(async () => {
  sandbox = await startSandbox();
  engine = openEngine(undefined, sandbox.providers);
  for (const stack of regionNames) await up(stack);
}, 3 * upMs);
afterAll(async () => {
  engine?.close();
  await sandbox?.stop();
}, 5 * minutes);

/** What went wrong, in the providers' own words. */
const said = ({ diagnostics, output }: Outcome) => {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.length > 0 ? errors.map(({ message }) => message).join("\n") : output;
};

/** Brings a stack to what its file says with these edits. */
async function up(stack: string, edits: SettingsEdits = {}): Promise<void> {
  const made = await engine.up({ stack, edits });
  expect(made.ok, said(made)).toBe(true);
}

async function expectSettled(stack: string, edits: SettingsEdits = {}): Promise<void> {
  const options = ["--expect-no-changes", "--diff"];
  const again = await engine.preview({ stack, edits, options });
  expect(resourcesIn(again.steps).map(described), again.output).toEqual([]);
  expect(again.ok, said(again)).toBe(true);
}

const resourcesIn = (steps: readonly Step[]) =>
  changesIn(steps).filter(({ type }) => !type.startsWith("sentinel:"));
const described = ({ operation, type, name }: Step) =>
  `${operation} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`;
const titled = (edits: readonly SettingEdit[]) =>
  edits.map((edit) => [`${edit.setting} in ${Object.keys(edit.edits).join(", ")}`, edit] as const);

describe.concurrent("after all three came up", () => {
  it.each(regionNames)("%s has nothing to do", (stack) => expectSettled(stack), upMs);
});

// All of them before any is made: a volume that grew is no longer where the others start from.
describe.concurrent("an edit does what the stand-ins say:", () => {
  it.each(titled(settingEdits))(
    "%s",
    async (_, { stack = "us-east", edits, steps, refusedBy }) => {
      const outcome = await engine.preview({ stack, edits });
      if (refusedBy !== undefined) {
        expect(outcome.ok).toBe(false);
        expect(said(outcome)).toMatch(new RegExp(`::${refusedBy}".*protect`, "s"));
        return;
      }
      expect(outcome.ok, said(outcome)).toBe(true);
      expect(resourcesIn(outcome.steps).map(described).sort()).toEqual([...(steps ?? [])].sort());
    },
    upMs,
  );
});

describe("what takes resources away can be made, settles, and can be taken back:", () => {
  const taking = settingEdits.filter(({ steps = [] }) =>
    steps.some((step) => step.startsWith("delete ")),
  );
  it.each(titled(taking))(
    "%s",
    async (_, { stack = "us-east", edits }) => {
      await up(stack, edits);
      await expectSettled(stack, edits);
      await up(stack);
    },
    4 * upMs,
  );
});

describe("a smaller fleet that is no longer protected", () => {
  const settings = { "sentinel:clients": 100_000, "sentinel:deletionProtection": false };
  const edits = Object.fromEntries(regionNames.map((stack) => [stack, settings]));

  // Though no volume can become smaller.
  it.each(regionNames)(
    "comes up in %s, and settles",
    async (stack) => {
      await up(stack, edits);
      await expectSettled(stack, edits);
    },
    2 * upMs,
  );

  it.each([...regionNames].reverse())(
    "goes in %s",
    async (stack) => {
      const destroyed = await engine.destroy({ stack, edits });
      expect(destroyed.ok, said(destroyed)).toBe(true);
      expect(JSON.parse(engine.state({ stack })).checkpoint.latest.resources ?? []).toEqual([]);
    },
    upMs,
  );
});
