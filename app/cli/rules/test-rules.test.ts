import { expect, it } from "vitest";
import { MatchFailed } from "../../inspector/patterns/matcher.ts";
import type { Sample } from "./sample.ts";
import { judge } from "./test-rules.ts";

const sample: Sample = {
  payload: Buffer.from("a"),
  origin: "device",
  ...{ topic: undefined, client: undefined, qos: undefined, label: undefined, id: undefined },
};

it.each([
  [new MatchFailed("engine", "out of memory"), "the rules failed: .*out of memory"],
  [new RangeError("surprise"), "the rules failed: .*surprise"],
  [new MatchFailed("payload-too-large", "65537 bytes"), "larger than a message may be: 65536"],
])("tells a sample as not inspected, and why: %s", (error, reason) => {
  const matchAll = () => {
    throw error;
  };
  expect(judge({ matchAll }, sample)).toEqual({
    ...{ outcome: "not-inspected", matches: [] },
    error: expect.stringMatching(reason),
  });
});
