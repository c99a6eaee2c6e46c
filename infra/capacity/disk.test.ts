import { expect, it } from "vitest";
import { planRegion } from "./capacity.ts";
import { monthlyCost } from "./cost.ts";
import { gp3, planDisk } from "./disk.ts";
import type { Demand } from "./plan.ts";

const demand: Demand = {
  clients: 750_000,
  fleetClients: 1_500_000,
  alertsPerSecond: 600,
  retentionHours: 72,
  upstreamBundled: true,
};
const at = (alertsPerSecond: number) => ({ ...demand, alertsPerSecond });

it("has twice the operations that the sustained rate was measured to need", () => {
  expect(planDisk(at(600)).iops).toBeGreaterThanOrEqual(2 * 600 * (1.64 + 3.2));
  expect(planDisk(at(600)).iops).toBe(6_000);
});

it("is never asked for more than a volume can do, nor pays for less than is included", () => {
  expect(planDisk(at(1))).toEqual({ iops: 3_000, mebibytesPerSecond: 125 });
  const { iops, mebibytesPerSecond } = planDisk(at(1_500));
  expect(iops).toBeLessThanOrEqual(gp3.mostIops);
  expect(mebibytesPerSecond).toBeGreaterThan(125);
  expect(mebibytesPerSecond).toBeLessThanOrEqual(iops / 4);
});

it.each([1, 100, 600, 1_500])("fits the volume that is planned for %i alerts/s", (rate) => {
  const { core } = planRegion(at(rate));
  // AWS refuses more than 500 operations for a GiB beyond those that are included.
  if (core.disk.iops > gp3.includedIops) {
    expect(core.disk.iops).toBeLessThanOrEqual(500 * core.volumeGiB);
  }
});

it("costs what is more than included, on each of the three servers", () => {
  const plan = planRegion(demand);
  const included = { iops: gp3.includedIops, mebibytesPerSecond: gp3.includedMiBPerSecond };
  const usd = (of: typeof plan) =>
    monthlyCost("us-east", demand, of).find(({ item }) => item === "volumes (gp3)")?.usd ?? 0;
  const cheaper = { ...plan, core: { ...plan.core, disk: included } };
  expect(usd(plan) - usd(cheaper)).toBeCloseTo(3 * 3_000 * 0.005);
});
