import { beforeAll, describe, expect, it } from "vitest";
import { readMenderEnvironment } from "../../app/mender/environment.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { checkNatsConfig } from "../../test/support/rendered-config.ts";
import {
  authIssuer,
  namespace,
  natsImages,
  objectNamed,
  objectsOf,
  otherAuthIssuer,
  plan,
} from "../platform/objects.fixture.ts";
import { NatsCore } from "./nats-core.ts";

const args = {
  namespace,
  region: "eu-west",
  plan,
  images: natsImages,
  authIssuer,
  storageClassName: "gp3",
  passwordsSecret: "nats-core-secrets",
  trustConfigMap: "internal-ca",
  certificates: { core: "core-tls", leaf: "leaf-tls" },
  mender: { image: "registry.example/mender:0.1.0", secretName: "mender-secrets" },
  leafTargetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/leaf/1",
} as const;

let engine: FakeEngine;
beforeAll(async () => {
  engine = await objectsOf(() => new NatsCore("core", args));
});
const specOf = (of = engine) => objectNamed(of, "StatefulSet", "nats-core").spec;
const podOf = (of = engine) => specOf(of).template.spec;
const configOf = (of = engine): string =>
  objectNamed(of, "ConfigMap", "nats-core").data["nats-server.conf"];

describe("its configuration", () => {
  it("is taken by nats-server, with the passwords that are mounted beside it", async () => {
    await checkNatsConfig({ config: configOf(), peers: ["us-east", "ap-south"], server: "core" });
  });

  it("is the same for all pods, which put in their own names", () => {
    expect(configOf()).toMatch(/^server_name: \$POD_NAME$/m);
    expect(podOf().containers[0].env[0]).toEqual({
      name: "POD_NAME",
      valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
    });
  });

  it("is linked to the other two regions", () => {
    expect(configOf()).toContain("tls://leaf.us-east.sentinel.internal:7422");
    expect(configOf()).toContain("tls://leaf.ap-south.sentinel.internal:7422");
    expect(configOf()).not.toContain("tls://leaf.eu-west.sentinel.internal");
  });

  it("begins its routes with the name that all servers' certificates have", () => {
    const routes = configOf().match(/tls:\/\/[^"]+:6222/g);
    expect(routes).toEqual([
      "tls://nats-cluster.sentinel.svc.cluster.local:6222",
      ...[0, 1, 2].map((i) => `tls://nats-core-${i}.nats-core.sentinel.svc.cluster.local:6222`),
    ]);
  });

  it("leaves a lame duck the time that it announces", () => {
    const [duration = 0, grace = 0] = [...configOf().matchAll(/lame_duck_\w+: "(\d+)s"/g)].map(
      ([, seconds]) => Number(seconds),
    );
    expect(duration).toBeGreaterThan(0);
    expect(podOf().terminationGracePeriodSeconds).toBeGreaterThan(duration + grace);
  });
});

describe("a change", () => {
  const changed = (core: Partial<typeof plan.core>) =>
    objectsOf(() => new NatsCore("core", { ...args, plan: { core: { ...plan.core, ...core } } }));

  it("restarts the servers when they do not take it while they run", async () => {
    const smaller = await changed({ storeLimitBytes: 100 * 1024 ** 3 });
    expect(specOf(smaller).template.metadata).not.toEqual(specOf().template.metadata);
  });

  it("of what they reload leaves the pods as they are", async () => {
    const other = await objectsOf(
      () => new NatsCore("core", { ...args, authIssuer: otherAuthIssuer }),
    );
    expect(configOf(other)).not.toBe(configOf());
    expect(specOf(other)).toEqual(specOf());
  });
});

describe("its volumes", () => {
  it("are claims of our own under the names that the StatefulSet looks for", () => {
    const claims = engine.of("kubernetes:core/v1:PersistentVolumeClaim");
    expect(claims.map(({ inputs }) => inputs.metadata.name)).toEqual([
      "data-nats-core-0",
      "data-nats-core-1",
      "data-nats-core-2",
    ]);
    for (const { inputs } of claims) {
      expect(inputs.spec).toMatchObject({
        storageClassName: "gp3",
        resources: { requests: { storage: "200Gi" } },
      });
    }
    expect(specOf().volumeClaimTemplates[0].metadata.name).toBe("data");
  });
});

describe("a server that has much to catch up on", () => {
  const startLimit = (of = engine) => {
    const [{ startupProbe }] = objectNamed(of, "StatefulSet", "nats-core").spec.template.spec
      .containers;
    return startupProbe.periodSeconds * startupProbe.failureThreshold;
  };
  const withVolume = (volumeGiB: number) =>
    objectsOf(() => new NatsCore("core", { ...args, plan: { core: { ...plan.core, volumeGiB } } }));

  it("is not restarted before a full volume could have come over", async () => {
    const bytes = 600 * 1024 ** 3;
    expect(startLimit(await withVolume(600))).toBeGreaterThanOrEqual(bytes / 20e6);
  });

  it("has a quarter of an hour, however small the volume", async () => {
    expect(startLimit(await withVolume(10))).toBe(900);
  });
});

describe("its pods", () => {
  it("start together, each in another zone, on a node of its own", () => {
    expect(specOf()).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel" });
    expect(podOf().topologySpreadConstraints).toMatchObject([
      { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
    ]);
    expect(
      podOf().affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution,
    ).toMatchObject([{ topologyKey: "kubernetes.io/hostname" }]);
    expect(podOf().nodeSelector).toEqual({ "sentinel/nodes": "core" });
  });

  it("find each other before they are ready, and are given to the load balancer after", () => {
    const services = ["nats-core", "nats-cluster", "nats-core-leaf"].map(
      (name) => objectNamed(engine, "Service", name).spec,
    );
    expect(services.map((spec) => spec.publishNotReadyAddresses ?? false)).toEqual([
      true,
      true,
      false,
    ]);
    expect(objectNamed(engine, "TargetGroupBinding", "nats-core-leaf").spec).toEqual({
      targetGroupARN: args.leafTargetGroupArn,
      targetType: "ip",
      serviceRef: { name: "nats-core-leaf", port: 7422 },
    });
  });

  it("take their leave as lame ducks", () => {
    expect(podOf().containers[0].lifecycle.preStop.exec.command).toEqual([
      "nats-server",
      "--signal",
      "ldm=/var/run/nats/nats.pid",
    ]);
  });

  it("tell the Go runtime to stay below the limit of their memory", () => {
    const { env, resources } = podOf().containers[0];
    expect(resources.limits).toEqual({ memory: "4096Mi" });
    expect(env).toContainEqual({ name: "GOMEMLIMIT", value: "3481MiB" });
  });

  it("reload when the configuration, a password or a certificate changes", () => {
    const [reloader] = podOf().initContainers;
    expect(reloader).toMatchObject({ name: "reloader", restartPolicy: "Always" });
    expect(reloader.args.filter((value: string) => value.startsWith("/"))).toEqual([
      "/var/run/nats/nats.pid",
      "/etc/nats/nats-server.conf",
      "/etc/nats/passwords.conf",
      "/trust/ca.crt",
      "/tls/core/tls.crt",
      "/tls/leaf/tls.crt",
    ]);
    expect(podOf().shareProcessNamespace).toBe(true);
  });

  it("are taken away one at a time", () => {
    expect(objectNamed(engine, "PodDisruptionBudget", "nats-core").spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { "app.kubernetes.io/name": "nats-core" } },
    });
  });
});

describe("the process beside it that makes damaged copies anew", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a container of any kind.
  const containerOf = (name: string) => podOf().containers.find((each: any) => each.name === name);

  /** What it reads in the pod nats-core-1. */
  const toldMender = () =>
    Object.fromEntries(
      containerOf("mender").env.map(({ name, value }: { name: string; value?: string }) => [
        name,
        value ?? "nats-core-1",
      ]),
    );

  it("is told of all servers, which is its own, and whose streams are mirrored there", () => {
    const { SERVER_NAME, CORE_MONITORS, PEERS } = readMenderEnvironment(toldMender());
    expect(PEERS).toEqual(["us-east", "ap-south"]);
    expect(SERVER_NAME).toBe("nats-core-1");
    expect([...CORE_MONITORS]).toEqual(
      [0, 1, 2].map((i) => [
        `nats-core-${i}`,
        `http://nats-core-${i}.nats-core.sentinel.svc.cluster.local:8222`,
      ]),
    );
  });

  it("has neither the volume nor the servers' passwords, and shares the folder of orders", () => {
    const mounted = (name: string) =>
      containerOf(name).volumeMounts.map((mount: { name: string }) => mount.name);
    expect(mounted("mender")).toEqual(["trust", "run", "mender-secrets"]);
    expect(mounted("nats")).not.toContain("mender-secrets");
    expect(containerOf("nats").command).toContain(
      `${containerOf("mender").env.find((each: { name: string }) => each.name === "SERVER_FOLDER").value}/orders`,
    );
  });

  it("has two looks at its copies before the next server is restarted", () => {
    const { LOOK_SECONDS } = readMenderEnvironment(toldMender());
    expect(specOf().minReadySeconds).toBeGreaterThan(3 * LOOK_SECONDS);
  });

  it("neither delays the server's start nor says whether it is ready", () => {
    expect(containerOf("mender").readinessProbe.httpGet.path).toBe("/livez");
    expect(podOf().initContainers.map(({ name }: { name: string }) => name)).toEqual([
      "reloader",
      "exporter",
    ]);
  });

  it("is not there before there are images", async () => {
    const { mender: _, ...before } = args;
    const bare = await objectsOf(() => new NatsCore("core", before));
    expect(podOf(bare).containers.map(({ name }: { name: string }) => name)).toEqual(["nats"]);
  });
});
