import { expect, it } from "vitest";
import { parseDuration } from "./options.ts";
import { cutTrouble, parseCut } from "./regions-options.ts";

const cut = { between: ["us-east", "ap-south"], seconds: 20 } as const;

it.each([
  [],
  ["us-east:eu-west"],
  ["us-east:us-east", "20s"],
  ["us-east", "20s"],
  ["us-east:mars", "20s"],
  ["us-east:eu-west:ap-south", "20s"],
  ["us-east:eu-west", "20s", "more"],
])("refuses %j %j as a cut and says what it wants", (...words) => {
  expect(() => parseCut(words, parseDuration)).toThrow(/such as us-east:eu-west 20s/);
});

it.each([
  [{}, /needs --regions/],
  [{ regions: 2 }, /names ap-south, which does not run/],
  [{ regions: 3, load: false }, /not go with --no-load/],
  [{ regions: 3, for: 39 }, /must be 40s at least/],
])("says why a cut does not go with %j", (options, trouble) => {
  expect(cutTrouble(cut, options)).toMatch(trouble);
});

it("takes a cut that goes with the rest", () => {
  expect(cutTrouble(cut, { regions: 3 })).toBeUndefined();
  expect(cutTrouble(cut, { regions: 3, for: 40 })).toBeUndefined();
});
