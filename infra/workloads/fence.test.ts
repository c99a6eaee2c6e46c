import { beforeAll, describe, expect, it } from "vitest";
import { readFenceEnvironment } from "../../app/fence/environment.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { allocatableOf, instanceTypes } from "../capacity/instance-types.ts";
import { planFence } from "../capacity/services.ts";
import { objectNamed, objectsOf, plan } from "../platform/objects.fixture.ts";
import { Fence } from "./fence.ts";

const args = {
  namespace: "fence",
  image: "registry.example/fence:0.1.0",
  plan,
  limits: { bytesPerSecond: 300_000, burstBytes: 200_000 },
};

/** Everything in which it differs from the Pod Security level `restricted`. */
const privileges = [
  "fence-nodes: the pod: hostNetwork is not allowed",
  "fence-nodes: container fence: runAsNonRoot must be true",
  "fence-nodes: container fence: runAsUser must not be 0",
  "fence-nodes: container fence: no capability may be added",
];

let engine: FakeEngine;
beforeAll(async () => {
  engine = await objectsOf(() => new Fence("fence", args), privileges);
});
const podOf = () => objectNamed(engine, "DaemonSet", "fence").spec.template.spec;

it("has one capability, the network of its node, and nothing else that a pod of ours has not", () => {
  const [container] = podOf().containers;
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
  });
  expect(podOf()).toMatchObject({ automountServiceAccountToken: false, hostNetwork: true });
  expect(podOf().volumes).toBeUndefined();
  expect(objectNamed(engine, "ServiceAccount", "fence").automountServiceAccountToken).toBe(false);
});

it("is on the nodes of the edges alone", () => {
  expect(podOf().nodeSelector).toEqual({ "sentinel/nodes": "edge" });
  expect(podOf().tolerations).toMatchObject([{ key: "sentinel/nodes", value: "edge" }]);
});

describe("what it is told", () => {
  it("is the devices' port, what a connection may send, and room for all that an edge takes", () => {
    const told: Record<string, string | undefined> = Object.fromEntries(
      podOf().containers[0].env.map(({ name, value }: { name: string; value?: string }) => [
        name,
        value,
      ]),
    );
    expect(
      readFenceEnvironment({ ...told, REPLICA: "fence-x7k2p", HTTP_HOST: "10.0.0.7" }),
    ).toEqual({
      REPLICA: "fence-x7k2p",
      LOG_LEVEL: "info",
      HTTP_HOST: "10.0.0.7",
      HTTP_PORT: 9882,
      DEVICE_PORTS: [8883],
      FENCE_TABLE: "sentinel_fence",
      CONNECTION_BYTES_PER_SECOND: 300_000,
      CONNECTION_BYTES_BURST: 200_000,
      REMEMBERED_CONNECTIONS: 180_000,
    });
  });

  it("has it serve at the address of its node, where it is asked how it is", () => {
    const [{ env, ports, readinessProbe }] = podOf().containers;
    expect(env).toContainEqual({
      name: "HTTP_HOST",
      valueFrom: { fieldRef: { fieldPath: "status.hostIP" } },
    });
    expect(ports).toEqual([{ name: "metrics", containerPort: 9882 }]);
    expect(readinessProbe.httpGet).toEqual({ path: "/readyz", port: "metrics" });
  });
});

it("fits into what is kept free on each node for daemons, beside what the kubelet keeps", () => {
  const { cpuMillis, memoryMiB } = planFence();
  for (const type of instanceTypes) {
    const kept = Math.floor(type.memoryGiB * 1024 * 0.925) - allocatableOf(type).memoryMiB;
    expect(kept - (255 + 11 * 58 + 100)).toBeGreaterThanOrEqual(memoryMiB);
    expect(type.vcpus * 1000 - allocatableOf(type).cpuMillis - 80).toBeGreaterThanOrEqual(
      cpuMillis,
    );
  }
});
