import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mirroredStreams } from "../../app/contract/peers.ts";
import { planRegion } from "./capacity.ts";
import { monthlyCost, totalOf } from "./cost.ts";
import { allocatableOf, instanceTypeOf } from "./instance-types.ts";
import { measured, planned } from "./measurements.ts";
import type { Demand, RegionPlan } from "./plan.ts";

const usEast: Demand = {
  clients: 750_000,
  fleetClients: 1_500_000,
  alertsPerSecond: 600,
  retentionHours: 72,
  upstreamBundled: true,
};

const demands = fc
  .record({
    fleetClients: fc.integer({ min: 1, max: 3_000_000 }),
    share: fc.integer({ min: 0, max: 100 }),
    alertsPerSecond: fc.integer({ min: 1, max: 1_500 }),
    retentionHours: fc.integer({ min: 1, max: 168 }),
    upstreamBundled: fc.boolean(),
  })
  .map(
    ({ share, ...rest }): Demand => ({
      ...rest,
      clients: Math.ceil((rest.fleetClients * share) / 100),
    }),
  );

/** Everything that must not shrink when the demand grows. */
function sizesOf(demand: Demand): number[] {
  const plan = planRegion(demand);
  const podsOf = (plan: RegionPlan) => [
    plan.core,
    plan.edge,
    plan.bridge,
    plan.meter,
    plan.delivery,
    plan.inspector,
    plan.reportInspector,
    plan.auth,
    plan.archive,
    plan.aggregator,
  ];
  return [
    ...podsOf(plan).flatMap(({ replicas, pod }) => [replicas, pod.cpuMillis, pod.memoryMiB]),
    plan.edge.maxReplicas,
    plan.core.volumeGiB,
    plan.core.disk.iops,
    plan.core.disk.mebibytesPerSecond,
    plan.core.storeLimitBytes,
    ...Object.values(plan.streams.maxBytes),
    plan.meter.devices,
    plan.delivery.waitingDevices,
    plan.inspector.anomalyClients,
    plan.auth.cacheDevices,
    plan.mosquitto?.pod.memoryMiB ?? 0,
    plan.mosquitto?.volumeGiB ?? 0,
    totalOf(monthlyCost("us-east", demand, plan)),
  ];
}

function expectNoneSmaller(smaller: Demand, larger: Demand) {
  const [before, after] = [sizesOf(smaller), sizesOf(larger)];
  before.forEach((size, index) => {
    // Sums of prices may differ in the last digit.
    expect(after[index]).toBeGreaterThanOrEqual(size - 1e-6);
  });
}

describe("a plan", () => {
  it("grows with the devices and never shrinks", () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 1, max: 500_000 }), (demand, more) => {
        expectNoneSmaller(demand, {
          ...demand,
          clients: demand.clients + more,
          fleetClients: demand.fleetClients + more,
        });
      }),
    );
  });

  it("grows with the rate and with the retention and never shrinks", () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 0, max: 500 }), (demand, more) => {
        const alertsPerSecond = Math.min(1_500, demand.alertsPerSecond + more);
        expectNoneSmaller(demand, { ...demand, alertsPerSecond });
        expectNoneSmaller(demand, { ...demand, retentionHours: demand.retentionHours + more });
      }),
    );
  });

  it("carries all devices with one zone of three lost, below what an edge refuses", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { edge } = planRegion(demand);
        expect(edge.replicas % planned.zones).toBe(0);
        const left = (edge.replicas * 2) / 3;
        expect(left * edge.maxConnections).toBeGreaterThanOrEqual(demand.clients / 0.9);
        expect(edge.replicas * edge.targetConnections).toBeGreaterThanOrEqual(demand.clients);
      }),
    );
  });

  it("lets the autoscaler go as far as all devices of all regions need", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { edge } = planRegion(demand);
        expect(edge.maxReplicas).toBeGreaterThanOrEqual(edge.replicas);
        expect(((edge.maxReplicas * 2) / 3) * edge.maxConnections).toBeGreaterThanOrEqual(
          demand.fleetClients,
        );
      }),
    );
  });

  it("delivers a burst with a zone lost", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { edge } = planRegion(demand);
        const needed = demand.alertsPerSecond * 10 * measured.deliveryMs;
        expect(((edge.replicas * 2) / 3) * edge.pod.cpuMillis).toBeGreaterThanOrEqual(needed);
      }),
    );
  });

  it("has memory in delivery for the place of every alert that is kept", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { pod } = planRegion(demand).delivery;
        const alerts = demand.retentionHours * 3600 * demand.alertsPerSecond;
        expect(pod.memoryMiB * 1024 ** 2).toBeGreaterThanOrEqual(
          alerts * measured.indexedAlertBytes,
        );
      }),
    );
  });

  it("has volumes for the whole retention, of which three tenths stay free", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { core, streams } = planRegion(demand);
        const alerts = demand.retentionHours * 3600 * demand.alertsPerSecond * (512 + 338);
        const bytes = alerts + streams.maxBytes.INGRESS;
        expect(core.volumeGiB * 1024 ** 3 * 0.7).toBeGreaterThanOrEqual(bytes);
        expect(core.storeLimitBytes).toBeLessThan(core.volumeGiB * 1024 ** 3);
        expect(core.storeLimitBytes).toBeGreaterThan(bytes);
      }),
    );
  });

  it("has room on each server for every stream at its bound, the peers' mirrors included", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { core, streams } = planRegion(demand);
        const mirrored = mirroredStreams.reduce((sum, name) => sum + streams.maxBytes[name], 0);
        const own = Object.values(streams.maxBytes).reduce((sum, bytes) => sum + bytes, 0);
        expect(own + 2 * mirrored).toBeLessThan(0.9 * core.storeLimitBytes);
      }),
    );
  });

  it("chooses nodes on which the pods find room", () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const { core, edge } = planRegion(demand);
        for (const { pod, instanceType } of [core, edge]) {
          const room = allocatableOf(instanceTypeOf(instanceType));
          expect(pod.memoryMiB).toBeLessThanOrEqual(room.memoryMiB);
          expect(pod.cpuMillis).toBeLessThanOrEqual(room.cpuMillis);
        }
      }),
    );
  });
});

describe("volumes that exist", () => {
  const sizesOf = ({ core, mosquitto }: RegionPlan) => [core.volumeGiB, mosquitto?.volumeGiB ?? 0];

  it("are never planned smaller, whatever the demand becomes", () => {
    fc.assert(
      fc.property(demands, demands, (before, after) => {
        const standing = planRegion({ ...before, upstreamBundled: true });
        const [coreGiB = 0, mosquittoGiB = 0] = sizesOf(standing);
        const next = planRegion({ ...after, upstreamBundled: true }, { coreGiB, mosquittoGiB });
        const [core = 0, mosquitto = 0] = sizesOf(next);
        expect(core).toBe(Math.max(coreGiB, planRegion(after).core.volumeGiB));
        expect(mosquitto).toBeGreaterThanOrEqual(mosquittoGiB);
      }),
    );
  });

  it("are used as far as they go: what JetStream may store does not shrink either", () => {
    const { core } = planRegion({ ...usEast, clients: 1_000 }, { coreGiB: 2_000 });
    expect(core.storeLimitBytes).toBe(planRegion(usEast, { coreGiB: 2_000 }).core.storeLimitBytes);
  });
});

describe("the plan of us-east", () => {
  it("remembers every device of the region, and a third more clients than the fleet has", () => {
    const { auth, inspector } = planRegion(usEast);
    expect(auth.cacheDevices).toBe(750_000);
    expect(inspector.anomalyClients).toBe(2_000_000);
  });
});

describe("Mosquitto", () => {
  it("is planned only where the upstream broker is bundled", () => {
    expect(planRegion(usEast).mosquitto).toBeDefined();
    expect(planRegion({ ...usEast, upstreamBundled: false })).not.toHaveProperty("mosquitto");
  });
});

describe("a wished instance type", () => {
  it("is taken when the pod fits", () => {
    const plan = planRegion({
      ...usEast,
      instanceTypes: { core: "r8g.2xlarge", edge: "m8g.xlarge", apps: "m8g.4xlarge" },
    });
    expect(plan.core.instanceType).toBe("r8g.2xlarge");
    expect(plan.edge.instanceType).toBe("m8g.xlarge");
    expect(plan.appsInstanceType).toBe("m8g.4xlarge");
  });

  it("is refused with what would do when it is too small", () => {
    const plan = () => planRegion({ ...usEast, instanceTypes: { core: "m8g.large" } });
    expect(plan).toThrow(/instanceTypes.core m8g.large is too small for .*; use m8g.xlarge/);
  });

  it("is refused when nobody knows it", () => {
    const plan = () => planRegion({ ...usEast, instanceTypes: { edge: "x1.huge" } });
    expect(plan).toThrow(/"x1.huge" is not a known instance type; use one of m8g.large, /);
  });
});

describe("a demand that cannot be met", () => {
  it("is refused when a burst is more than two bridges carry", () => {
    const plan = () => planRegion({ ...usEast, alertsPerSecond: 2_000 });
    expect(plan).toThrow("alertsPerSecond 2000 means bursts of 20000/s");
  });

  it("is refused when no volume holds the retention", () => {
    const plan = () => planRegion({ ...usEast, alertsPerSecond: 1_500, retentionHours: 3_000 });
    expect(plan).toThrow(/need volumes of \d+ GiB, and the largest has 16384/);
  });

  it("is refused when no instance has the memory", () => {
    const plan = () => planRegion({ ...usEast, fleetClients: 100_000_000 });
    expect(plan).toThrow(/no known instance type gives core/);
  });
});
