import { regionNames } from "../../app/contract/regions.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";

/** A change of one setting, and everything that it does to one stack. */
export interface SettingEdit {
  readonly setting: string;
  readonly edits: SettingsEdits;
  /** Stack that is previewed; default: us-east. */
  readonly stack?: string;
  /** `operation Kind resource-name`, sorted. Undefined when the engine has to refuse the change. */
  readonly steps?: readonly string[];
  /** What the preview says of the month's cost. */
  readonly costs?: RegExp;
  /** Resource whose protection refuses the change. */
  readonly refusedBy?: string;
}

/** One value in the settings of all stacks. */
export const everywhere = (key: string, value: unknown): SettingsEdits =>
  Object.fromEntries(regionNames.map((stack) => [stack, { [`sentinel:${key}`]: value }]));
/** One value in those of us-east. */
export const home = (key: string, value: unknown): SettingsEdits => ({
  "us-east": { [`sentinel:${key}`]: value },
});
