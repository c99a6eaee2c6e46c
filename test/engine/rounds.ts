import { isDeepStrictEqual } from "node:util";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { home, type SettingEdit } from "./setting-edit.ts";
import { settingEdits } from "./setting-edits.ts";

/** Edits that us-east is brought to together, none of which hides what another one does. */
export interface Round {
  readonly title: string;
  readonly made: readonly SettingEdit[];
  readonly edits: SettingsEdits;
}

const isTaking = ({ steps = [], refusedBy }: SettingEdit): boolean =>
  refusedBy !== undefined || steps.some((step) => step.startsWith("delete "));

/** What is never made in a round, by the resource that refuses it, and why. */
export const unmade: Readonly<Record<string, string>> = {
  "network-vpc":
    "another range is another network with everything in it anew, which is destroying a region and bringing it up",
};

/**
 * Edits that take resources away, by their settings: what is gone shows no other edit. The first of
 * these rounds takes what is protected, and follows one in which deletionProtection is off.
 */
const takingRounds = [["upstream", "fence"], ["images"], ["monitoring"]];

/** The edits of several in one. @throws Error when two of them disagree. */
function together(all: readonly SettingsEdits[]): SettingsEdits {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const [stack, values] of all.flatMap((edits) => Object.entries(edits))) {
    const before = merged[stack] ?? {};
    merged[stack] = before;
    for (const [key, value] of Object.entries(values)) {
      if (key in before && !isDeepStrictEqual(before[key], value)) {
        throw new Error(`two edits of one round disagree about ${key} of ${stack}`);
      }
      before[key] = value;
    }
  }
  return merged;
}

const unprotected = home("deletionProtection", false);

function roundOf(title: string, made: readonly SettingEdit[]): Round {
  const edits = made.map((edit) => edit.edits);
  const protectedOnes = made.some(({ refusedBy }) => refusedBy !== undefined);
  return { title, made, edits: together(protectedOnes ? [...edits, unprotected] : edits) };
}

/** Edits of what us-east says, or of what it reads of others. */
const ofHome = settingEdits.filter(({ stack }) => stack === undefined);
const taking = ofHome.filter((edit) => isTaking(edit) && !((edit.refusedBy ?? "") in unmade));

/**
 * All edits in as few `pulumi up`s as show each of them: one by one they would take hours. Every
 * round takes back what the one before made.
 */
export const rounds: readonly Round[] = [
  roundOf(
    "other values",
    ofHome.filter((edit) => !isTaking(edit)),
  ),
  ...takingRounds.map((settings) =>
    roundOf(
      `less: ${settings.join(", ")}`,
      taking.filter(({ setting }) => settings.includes(setting)),
    ),
  ),
];
