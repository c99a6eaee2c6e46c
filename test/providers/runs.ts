import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Bounds, boundedRun } from "../../tools/engine/bounded-run.ts";
import type { Engine, EngineRun, Outcome } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { changesIn, type Step } from "../../tools/engine/steps.ts";
import type { SettingEdit } from "../engine/setting-edit.ts";
import { say } from "./say.ts";

/** By itself a table with two copies is waited for longest: the AWS provider gives each copy 90 s. */
const bounds: Bounds = { stillMs: 8 * 60_000, sayMs: 60_000, say };

/** What went wrong, in the providers' own words. */
export const said = ({ diagnostics, output }: Outcome) => {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.length > 0 ? errors.map(({ message }) => message).join("\n") : output;
};

/** Components are only names for what they hold. */
const resourcesIn = (steps: readonly Step[]) =>
  changesIn(steps).filter(({ type }) => !type.startsWith("sentinel:"));

/** `operation Kind resource-name` of everything that changed, sorted. */
export const changed = ({ steps }: Outcome): string[] =>
  resourcesIn(steps)
    .map(
      ({ operation, type, name }) =>
        `${operation} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`,
    )
    .sort();

/** What is done to stacks, each of which has to succeed. */
export interface Runs {
  /** Brings a stack to what its file says with these edits. */
  up(stack: string, edits?: SettingsEdits): Promise<void>;
  /** What an edit of a setting would change. */
  preview(stack: string, edit: SettingEdit): Promise<Outcome>;
  /** A preview has nothing to do. */
  expectSettled(stack: string, edits?: SettingsEdits): Promise<void>;
  /** Destroys a stack, of which the state then knows nothing any more. */
  down(stack: string, edits: SettingsEdits): Promise<void>;
  /** `Kind resource-name` of what a destroyed stack had and its providers still find. */
  left(stack: string): Promise<readonly string[]>;
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
}
const resourcesOf = (state: string): readonly StateResource[] =>
  JSON.parse(state).checkpoint.latest.resources ?? [];

const isOfProvider = ({ type }: StateResource) => /^(aws|kubernetes):/.test(type);
const nameOf = ({ urn, type }: StateResource) =>
  `${type.slice(type.lastIndexOf(":") + 1)} ${urn.slice(urn.lastIndexOf("::") + 2)}`;

export function runsOn(engine: Engine): Runs {
  /** States of destroyed stacks as they were. */
  const former = new Map<string, string>();
  /** What left the stacks half made: nothing that follows would say more than that. */
  let halfMade: string | undefined;

  /** A run that changes a stack. */
  async function change(
    what: string,
    run: EngineRun,
    operate: (run: EngineRun) => Promise<Outcome>,
  ): Promise<Outcome> {
    if (halfMade !== undefined) throw new Error(`not run: ${halfMade} did not end well`);
    try {
      const outcome = await boundedRun({ what, run, bounds }, operate);
      expect(outcome.ok, `${what}: ${said(outcome)}`).toBe(true);
      return outcome;
    } catch (error) {
      halfMade = what;
      throw error;
    }
  }

  const preview = (what: string, run: EngineRun) => {
    if (halfMade !== undefined) throw new Error(`not run: ${halfMade} did not end well`);
    return boundedRun({ what, run, bounds }, engine.preview);
  };

  return {
    async up(stack, edits = {}) {
      await change(`${stack}: up`, { stack, edits }, engine.up);
    },
    preview: (stack, { setting, edits }) =>
      preview(`${stack}: preview of another ${setting}`, { stack, edits }),
    async expectSettled(stack, edits = {}) {
      const options = ["--expect-no-changes", "--diff"];
      const again = await preview(`${stack}: preview of no change`, { stack, edits, options });
      expect(changed(again), again.output).toEqual([]);
      expect(again.ok, said(again)).toBe(true);
    },
    async down(stack, edits) {
      former.set(stack, engine.state({ stack }));
      await change(`${stack}: destroy`, { stack, edits }, engine.destroy);
      expect(resourcesOf(engine.state({ stack }))).toEqual([]);
    },
    async left(stack) {
      const folder = mkdtempSync(join(tmpdir(), "sentinel-former-"));
      try {
        const file = join(folder, "state.json");
        const { checkpoint, version } = JSON.parse(former.get(stack) ?? "");
        writeFileSync(file, JSON.stringify({ version, deployment: checkpoint.latest }));
        const options = ["--file", file];
        const restored = await engine.command(["stack", "import"], { stack, options });
        expect(restored.ok, restored.output).toBe(true);
        await change(`${stack}: look for what is left`, { stack }, engine.refresh);
        return resourcesOf(engine.state({ stack })).filter(isOfProvider).map(nameOf).sort();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
