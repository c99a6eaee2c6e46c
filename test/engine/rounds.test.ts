import { describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { parseSettings } from "../../stacks/settings.ts";
import { settingNames } from "../../stacks/settings-schema.ts";
import { committed } from "../../stacks/stack-files.fixture.ts";
import { rounds, unmade } from "./rounds.ts";
import { settingEdits } from "./setting-edits.ts";

const made = rounds.flatMap((round) => round.made);

it("every setting there is is made in a round", () => {
  const names = new Set(made.map(({ setting }) => setting));
  expect(settingNames.filter((name) => !names.has(name))).toEqual([]);
});

it("every edit of us-east is in one round, but what is never made, and why", () => {
  const ofHome = settingEdits.filter(({ stack }) => stack === undefined);
  const left = ofHome.filter((edit) => made.filter((each) => each === edit).length !== 1);
  expect(left.map(({ refusedBy }) => refusedBy)).toEqual(Object.keys(unmade));
});

it("what is protected goes in the round after the one that takes protection off", () => {
  const index = rounds.findIndex((round) => round.made.some(({ refusedBy }) => refusedBy));
  expect(index).toBe(1);
  for (const { edits } of rounds.slice(0, 2)) {
    expect(edits["us-east"]).toMatchObject({ "sentinel:deletionProtection": false });
  }
});

describe("the settings of a round go together:", () => {
  it.each(rounds.map((round) => [round.title, round] as const))("%s", (_, { edits }) => {
    const files = Object.fromEntries(
      regionNames.map((stack) => {
        const config = { ...committed[stack], ...edits[stack] };
        return [
          stack,
          Object.fromEntries(Object.entries(config).filter(([, v]) => v !== undefined)),
        ];
      }),
    ) as typeof committed;
    expect(parseSettings("us-east", files).stack).toBe("us-east");
  });
});
