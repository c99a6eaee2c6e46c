import { expect, it } from "vitest";
import { spreadDevices } from "./regions.ts";

it.each([
  [100, [50, 30, 20]],
  [10, [5, 3, 2]],
  [101, [51, 30, 20]],
  [3, [1, 1, 1]],
])("spreads %i devices over three regions", (devices, spread) => {
  const names = ["us-east", "eu-west", "ap-south"] as const;
  expect([...spreadDevices(names, devices).values()]).toEqual(spread);
});
