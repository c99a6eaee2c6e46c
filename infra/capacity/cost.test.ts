import { describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { interfaceServices } from "../network/endpoints.ts";
import { planRegion } from "./capacity.ts";
import { monthlyCost, network, totalOf } from "./cost.ts";
import { iotCoreCost } from "./iot-core.ts";
import type { Demand } from "./plan.ts";

const demand: Demand = {
  clients: 750_000,
  fleetClients: 1_500_000,
  alertsPerSecond: 600,
  retentionHours: 72,
  upstreamBundled: true,
};
const plan = planRegion(demand);
const usd = (region: (typeof regionNames)[number], item: string) =>
  monthlyCost(region, demand, plan).find((each) => each.item === item)?.usd ?? Number.NaN;

describe("a month's cost", () => {
  it("is the sum of items that all cost something", () => {
    for (const region of regionNames) {
      const items = monthlyCost(region, demand, plan);
      expect(items.filter((item) => !(item.usd > 0))).toEqual([]);
      expect(totalOf(items)).toBeCloseTo(items.reduce((sum, item) => sum + item.usd, 0));
    }
  });

  it("counts every node by the hour", () => {
    const hour = 3 * 0.17952 + 27 * 0.11782 + 3 * 0.35904;
    expect(usd("us-east", "nodes (EC2)")).toBeCloseTo(hour * 730);
    expect(usd("us-east", "EKS Auto Mode")).toBeCloseTo(hour * 730 * 0.12);
  });

  it("charges the accelerator itself to the home region only", () => {
    const difference = usd("us-east", "Global Accelerator") - usd("eu-west", "Global Accelerator");
    expect(difference).toBeCloseTo(0.025 * 730);
  });

  it("has no volume for a broker that is somebody else's", () => {
    const external = { ...demand, upstreamBundled: false };
    const items = monthlyCost("us-east", external, planRegion(external));
    const volumes = items.find((each) => each.item === "volumes (gp3)")?.usd;
    expect(volumes).toBeLessThan(usd("us-east", "volumes (gp3)"));
  });

  it("knows how many endpoints the network has", () => {
    expect(network.interfaceEndpoints).toBe(interfaceServices.length);
  });
});

describe("the same on AWS IoT Core", () => {
  it("is minutes, messages and rules", () => {
    const items = iotCoreCost({ ...demand, clients: 1_000_000, fleetClients: 1_000_000 });
    expect(items.map(({ item }) => item)).toEqual(["connectivity", "messages", "rules"]);
    // 1 million devices x 43,800 minutes at 0.08 for a million.
    expect(items[0]?.usd).toBeCloseTo(3_504);
  });

  it("charges less for the messages after the first billion", () => {
    const messages = (alertsPerSecond: number) =>
      iotCoreCost({ ...demand, clients: 1, fleetClients: 1, alertsPerSecond })[1]?.usd ?? 0;
    const billion = 1e9 / 2 / (730 * 3600);
    expect(messages(billion)).toBeCloseTo(1_000, 1);
    expect(messages(2 * billion)).toBeCloseTo(1_800, 1);
    expect(messages(6 * billion)).toBeCloseTo(1_000 + 3_200 + 700, 1);
  });
});
