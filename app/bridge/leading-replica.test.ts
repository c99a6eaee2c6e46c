import { expect, it } from "vitest";
import { leads } from "./leading-replica.ts";

it.each([
  ["bridge-1", "bridge-2"],
  ["bridge-1", "bridge-0"],
  ["bridge-11", "bridge-10"],
])("lets %s lead and %s follow", (leader, follower) => {
  expect(leads(leader)).toBe(true);
  expect(leads(follower)).toBe(false);
});

it("lets a replica lead that has no number, since it may be alone", () => {
  expect(leads("bridge")).toBe(true);
});
