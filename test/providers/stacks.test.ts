import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { type Engine, openEngine } from "../../tools/engine/engine.ts";
import { type Sandbox, startSandbox } from "../../tools/providers/sandbox.ts";
import type { SettingEdit } from "../engine/setting-edit.ts";
import { settingEdits } from "../engine/setting-edits.ts";
import { changed, type Runs, runsOn, said } from "./runs.ts";

/**
 * The three stacks on the real AWS provider, Kubernetes stood in for: up, unchanged, every setting
 * edited, what takes resources away made, settled and taken back, a smaller fleet, down. An edit has
 * to do what the stand-ins promise: the steps are those that `test/engine/` expects of them.
 */
let sandbox: Sandbox;
let engine: Engine;
let runs: Runs;

const minutes = 60_000;
const upMs = 30 * minutes;

beforeAll(async () => {
  sandbox = await startSandbox({ clusters: [] });
  engine = openEngine(undefined, sandbox.providers);
  runs = runsOn(engine);
  for (const stack of regionNames) await runs.up(stack);
}, 3 * upMs);
afterAll(async () => {
  engine?.close();
  await sandbox?.stop();
}, 5 * minutes);

const titled = (edits: readonly SettingEdit[]) =>
  edits.map((edit) => [`${edit.setting} in ${Object.keys(edit.edits).join(", ")}`, edit] as const);

describe.concurrent("after all three came up", () => {
  it.each(regionNames)("%s has nothing to do", (stack) => runs.expectSettled(stack), upMs);
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
      expect(changed(outcome)).toEqual([...(steps ?? [])].sort());
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
      await runs.up(stack, edits);
      await runs.expectSettled(stack, edits);
      await runs.up(stack);
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
      await runs.up(stack, edits);
      await runs.expectSettled(stack, edits);
    },
    2 * upMs,
  );

  it.each([...regionNames].reverse())("goes in %s", (stack) => runs.down(stack, edits), upMs);
});
