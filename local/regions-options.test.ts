import { expect, it } from "vitest";
import { parseDuration } from "./options.ts";
import { disturbanceTrouble, parseCut, parseKill } from "./regions-options.ts";

const cut = { between: ["us-east", "ap-south"], seconds: 20 } as const;
const kill = { region: "eu-west", seconds: 20 } as const;

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
  [],
  ["us-east"],
  ["mars", "20s"],
  ["us-east:eu-west", "20s"],
  ["us-east", "20s", "more"],
])("refuses %j %j as a region to kill and says what it wants", (...words) => {
  expect(() => parseKill(words, parseDuration)).toThrow(/such as eu-west 20s/);
});

it.each([
  [{ cut }, /--cut needs --regions/],
  [{ kill }, /--kill needs --regions/],
  [{ cut, kill, regions: 3 }, /do not go together/],
  [{ cut, regions: 2 }, /names ap-south, which does not run/],
  [{ cut, regions: 3, load: false }, /not go with --no-load/],
  [{ cut, regions: 3, for: 39 }, /must be 40s at least/],
  [{ kill, regions: 3, for: 89 }, /must be 90s at least/],
])("says why %j do not go together", (options, trouble) => {
  expect(disturbanceTrouble(options)).toMatch(trouble);
});

it.each([
  { regions: 3 },
  { cut, regions: 3 },
  { cut, regions: 3, for: 40 },
  { kill, regions: 2, for: 90 },
])("takes %j", (options) => {
  expect(disturbanceTrouble(options)).toBeUndefined();
});
