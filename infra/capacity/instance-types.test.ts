import { expect, it } from "vitest";
import { allocatableOf, instanceTypeOf, instanceTypes } from "./instance-types.ts";
import { hourlyPrice } from "./prices.ts";

it("knows the sizes of both families, and what an hour of each costs in each region", () => {
  expect(instanceTypeOf("r8g.2xlarge")).toEqual({ name: "r8g.2xlarge", vcpus: 8, memoryGiB: 64 });
  expect(hourlyPrice("us-east-1", instanceTypeOf("m8g.2xlarge"))).toBeCloseTo(0.35904);
  expect(hourlyPrice("eu-west-1", instanceTypeOf("m8g.2xlarge"))).toBeCloseTo(0.40016);
  expect(hourlyPrice("ap-south-1", instanceTypeOf("m8g.2xlarge"))).toBeCloseTo(0.25664);
  expect(hourlyPrice("eu-west-1", instanceTypeOf("r8g.8xlarge"))).toBeCloseTo(2.10944);
});

it("leaves room for the system on every type", () => {
  for (const type of instanceTypes) {
    const { cpuMillis, memoryMiB } = allocatableOf(type);
    expect(cpuMillis).toBeLessThan(type.vcpus * 1000);
    expect(memoryMiB).toBeGreaterThan(type.memoryGiB * 1024 * 0.75);
    expect(memoryMiB).toBeLessThan(type.memoryGiB * 1024 * 0.925);
  }
});
