import { expect } from "vitest";
import type { Engine, Outcome } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { changesIn, type Step } from "../../tools/engine/steps.ts";

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
  /** A preview has nothing to do. */
  expectSettled(stack: string, edits?: SettingsEdits): Promise<void>;
  /** Destroys a stack, of which the state then knows nothing any more. */
  down(stack: string, edits: SettingsEdits): Promise<void>;
}

export const runsOn = (engine: Engine): Runs => ({
  async up(stack, edits = {}) {
    const made = await engine.up({ stack, edits });
    expect(made.ok, said(made)).toBe(true);
  },
  async expectSettled(stack, edits = {}) {
    const options = ["--expect-no-changes", "--diff"];
    const again = await engine.preview({ stack, edits, options });
    expect(changed(again), again.output).toEqual([]);
    expect(again.ok, said(again)).toBe(true);
  },
  async down(stack, edits) {
    const destroyed = await engine.destroy({ stack, edits });
    expect(destroyed.ok, said(destroyed)).toBe(true);
    expect(JSON.parse(engine.state({ stack })).checkpoint.latest.resources ?? []).toEqual([]);
  },
});
