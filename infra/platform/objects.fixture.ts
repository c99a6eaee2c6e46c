import { expect } from "vitest";
import { accountKeyOf, accountNameOf, accountSeedOf } from "../../app/auth/callout/nkey.ts";
import { streamBounds } from "../../app/contract/stream-bounds.ts";
import { validateObject } from "../../test/engine/kubernetes-validator.ts";
import { restrictedMistakes } from "../../test/engine/pod-security.ts";
import { allRegistered } from "../../test/support/all-registered.ts";
import { type FakeEngine, fakeEngine } from "../../test/support/fake-engine.ts";

export const namespace = "sentinel";
const pod = { cpuMillis: 2000, memoryMiB: 4096 };

/** Parts of a region's plan, with figures that are told apart. */
export const plan = {
  core: {
    replicas: 3,
    pod,
    instanceType: "m8g.xlarge",
    volumeGiB: 200,
    disk: { iops: 6_000, mebibytesPerSecond: 125 },
    storeLimitBytes: 150 * 1024 ** 3,
    mender: { cpuMillis: 20, memoryMiB: 128 },
  },
  edge: {
    replicas: 10,
    maxReplicas: 16,
    pod,
    instanceType: "r8g.2xlarge",
    maxConnections: 90_000,
    reportGate: { size: pod, heldBytes: 64 * 1024 ** 2 },
    fence: { cpuMillis: 20, memoryMiB: 128 },
    targetConnections: 60_000,
  },
  mosquitto: { pod, volumeGiB: 50 },
  bridge: { replicas: 2, pod },
  meter: { replicas: 2, pod, devices: 2_000_000 },
  delivery: { replicas: 2, pod, waitingDevices: 150_000 },
  inspector: { replicas: 4, pod, anomalyClients: 1_500_000 },
  reportInspector: { replicas: 3, pod, anomalyClients: 1_600_000 },
  auth: { replicas: 3, pod, cacheDevices: 400_000 },
  console: { replicas: 2, pod },
  archive: { replicas: 1, pod },
  aggregator: { replicas: 2, pod, groups: 100_000 },
  streams: {
    replicas: 3,
    maxBytes: { ...streamBounds, INGRESS: 8 * 1024 ** 3 },
    alertRetentionHours: 48,
  },
};

/** Two account keys, as `ServiceSecrets` makes them. */
export const [authIssuer, otherAuthIssuer] = [1, 2].map((byte) =>
  accountNameOf(accountKeyOf(accountSeedOf(Buffer.alloc(32, byte)))),
) as [string, string];

export const natsImages = {
  server: "nats:2.15.1-alpine",
  reloader: "natsio/nats-server-config-reloader:0.23.0",
  exporter: "natsio/prometheus-nats-exporter:0.20.2",
};

const isObject = (type: string) =>
  type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");

/**
 * Everything that was registered, after each Kubernetes object has passed the API's schema and, if
 * it makes pods, what our namespace asks of them, but for what a test lists itself.
 */
export async function objectsOf(
  make: () => void,
  expected: readonly string[] = [],
): Promise<FakeEngine> {
  const engine = await fakeEngine();
  make();
  await allRegistered();
  const mistakes = engine.registrations
    .filter(({ type }) => isObject(type))
    .flatMap(({ name, inputs }) =>
      [...validateObject(inputs), ...restrictedMistakes(inputs)].map(
        (mistake) => `${name}: ${mistake}`,
      ),
    );
  expect(mistakes).toEqual(expected);
  return engine;
}

/** The one object of a kind with that name. */
export function objectNamed(engine: FakeEngine, kind: string, name: string) {
  const found = engine.registrations.filter(
    ({ inputs }) => inputs.kind === kind && inputs.metadata.name === name,
  );
  const [first, ...others] = found;
  if (!first || others.length > 0) {
    const all = engine.registrations.map(({ inputs }) => `${inputs.kind} ${inputs.metadata?.name}`);
    throw new Error(`expected one ${kind} ${name} among\n  ${all.join("\n  ")}`);
  }
  return first.inputs;
}
