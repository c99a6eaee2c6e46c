import { expect, it } from "vitest";
import { Positions } from "./positions.ts";

const sample = (at: number, sequence: number, created = "a") => ({
  at,
  mirrors: { "eu-west": { created, sequence } },
});

it("knows what came after a time, however samples come in", () => {
  const positions = new Positions(1_000);
  for (const at of [300, 100, 200]) positions.add(sample(at, at * 10));
  expect(positions.after(99, "eu-west")).toBe(1);
  expect(positions.after(100, "eu-west")).toBe(1_001);
  expect(positions.after(299, "eu-west")).toBe(2_001);
  expect(positions.after(10_000, "eu-west")).toBe(3_001);
  expect(positions.after(10_000, "ap-south")).toBe(1);
});

it("begins at the first one of a copy that was made anew", () => {
  const positions = new Positions(1_000);
  positions.add(sample(100, 5_000));
  positions.add(sample(200, 3, "b"));
  expect(positions.after(150, "eu-west")).toBe(1);
  expect(positions.after(250, "eu-west")).toBe(4);
});

it("forgets what is older than alerts are kept", () => {
  const positions = new Positions(1_000);
  positions.add(sample(100, 5));
  positions.add(sample(1_500, 9));
  expect(positions.after(1_400, "eu-west")).toBe(1);
  expect(positions.after(1_500, "eu-west")).toBe(10);
});
