import { beforeAll, describe, expect, it } from "vitest";
import { readReportGateEnvironment } from "../../app/report-gate/environment.ts";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { checkNatsConfig } from "../../test/support/rendered-config.ts";
import {
  authIssuer,
  namespace,
  natsImages,
  objectNamed,
  objectsOf,
  plan,
} from "../platform/objects.fixture.ts";
import { NatsEdge } from "./nats-edge.ts";

const args = {
  namespace,
  region: "us-east",
  plan,
  images: natsImages,
  authIssuer,
  reportGateImage: "registry.example/report-gate:0.1.0",
  trustConfigMap: "internal-ca",
  certificates: { edge: "edge-tls", devices: "devices-tls" },
  devicesTargetGroupArn:
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/devices/1",
} as const;

let engine: FakeEngine;
beforeAll(async () => {
  engine = await objectsOf(() => new NatsEdge("edge", args));
});
const specOf = (of = engine) => objectNamed(of, "StatefulSet", "nats-edge").spec;
const podOf = () => specOf().template.spec;
/** What its servers show of their configuration. */
const shownBy = (of = engine) => /^ {2}configuration: "([0-9a-f]{16})"$/m.exec(configOf(of))?.[1];
const configOf = (of = engine): string =>
  objectNamed(of, "ConfigMap", "nats-edge").data["nats-server.conf"];

describe("its configuration", () => {
  it("is taken by nats-server, with the password that its start leaves", async () => {
    await checkNatsConfig({ config: configOf(), peers: ["eu-west", "ap-south"], server: "edge" });
  });

  it("takes as many connections as are planned, three copies of sessions, and nothing of ours", () => {
    expect(configOf()).toMatch(/^max_connections: 90000$/m);
    expect(configOf()).toMatch(/^ {2}stream_replicas: 3$/m);
    expect(configOf()).toMatch(/^listen: "127\.0\.0\.1:4222"$/m);
  });

  it("keeps as many copies of sessions as there are core servers, when those are fewer", async () => {
    const core = { ...plan.core, replicas: 1 };
    const small = await objectsOf(() => new NatsEdge("edge", { ...args, plan: { ...plan, core } }));
    expect(configOf(small)).toMatch(/^ {2}stream_replicas: 1$/m);
  });

  it("replaces no pod when it changes: each edge takes it when it is its turn, and shows it", async () => {
    const other = await objectsOf(() => new NatsEdge("edge", { ...args, region: "eu-west" }));
    expect(configOf(other)).not.toBe(configOf());
    expect(shownBy(other)).not.toBe(shownBy());
    expect(specOf(other).template).toEqual(specOf().template);
    const again = await objectsOf(() => new NatsEdge("edge", args));
    expect(shownBy(again)).toBe(shownBy());
  });
});

describe("where devices use certificates", () => {
  let certified: FakeEngine;
  beforeAll(async () => {
    const deviceCa = "-----BEGIN CERTIFICATE-----";
    certified = await objectsOf(() => new NatsEdge("edge", { ...args, deviceCa }));
  });
  const caFile = "/etc/nats/device-ca.crt";

  it("it asks for one of their authority, whose certificates lie beside the configuration", async () => {
    const { data } = objectNamed(certified, "ConfigMap", "nats-edge");
    expect(data["device-ca.crt"]).toBe("-----BEGIN CERTIFICATE-----");
    expect(configOf(certified)).toMatch(/^ {4}verify: true$/m);
    expect(configOf(certified)).toContain(`    ca_file: "${caFile}"`);
    await checkNatsConfig({
      config: configOf(certified),
      peers: ["eu-west", "ap-south"],
      server: "edge",
    });
  });

  it("it shows another configuration when those change", async () => {
    const deviceCa = "-----BEGIN CERTIFICATE----- and another";
    const renewed = await objectsOf(() => new NatsEdge("edge", { ...args, deviceCa }));
    expect(shownBy(renewed)).toMatch(/./);
    expect(shownBy(renewed)).not.toBe(shownBy(certified));
  });

  it("and otherwise asks for none", () => {
    expect(configOf()).not.toContain(caFile);
    expect(configOf().slice(configOf().indexOf("mqtt: {"))).not.toMatch(/verify/);
  });
});

describe("its scale", () => {
  const scaler = () => objectNamed(engine, "HorizontalPodAutoscaler", "nats-edge").spec;

  it("stays within the plan and follows the connections, then the processor", () => {
    expect(scaler()).toMatchObject({ minReplicas: 10, maxReplicas: 16 });
    expect(scaler().metrics).toMatchObject([
      {
        pods: {
          metric: { name: "sentinel_edge_connections" },
          target: { averageValue: "60000" },
        },
      },
      { resource: { name: "cpu" } },
    ]);
  });

  it("goes down by one server in ten minutes, after half an hour", () => {
    expect(scaler().behavior.scaleDown).toEqual({
      stabilizationWindowSeconds: 1800,
      policies: [{ type: "Pods", value: 1, periodSeconds: 600 }],
    });
  });

  it("is the autoscaler's alone", () => {
    expect(specOf()).not.toHaveProperty("replicas");
  });
});

describe("its pods", () => {
  it("have names that stay and no volume that would", () => {
    expect(specOf()).toMatchObject({ podManagementPolicy: "Parallel", serviceName: "nats-edge" });
    expect(specOf()).not.toHaveProperty("volumeClaimTemplates");
  });

  it("let go of their devices one by one when configuration or certificates change, one pod at a time", () => {
    const [reloader] = podOf().initContainers;
    const script = reloader.command[2];
    expect(script).toContain(
      'sha256sum "/etc/nats/nats-server.conf" "/trust/ca.crt" "/tls/edge/tls.crt" "/tls/devices/tls.crt"',
    );
    expect(script).toContain("http://${POD_NAME%-*}-$1.nats-edge:8222");
    expect(reloader.image).toBe(args.images.server);
    const [duration = 0, grace = 0] = [...configOf().matchAll(/lame_duck_\w+: "(\d+)s"/g)].map(
      ([, seconds]) => Number(seconds),
    );
    expect(podOf().terminationGracePeriodSeconds).toBeGreaterThan(duration + grace);
  });

  it("of a lost zone may come up in the others", () => {
    expect(podOf().topologySpreadConstraints).toMatchObject([
      { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
    ]);
  });

  it("are the targets of the devices' load balancer once they are ready", () => {
    expect(objectNamed(engine, "TargetGroupBinding", "nats-edge-devices").spec).toEqual({
      targetGroupARN: args.devicesTargetGroupArn,
      targetType: "ip",
      serviceRef: { name: "nats-edge-devices", port: 8883 },
    });
    expect(objectNamed(engine, "Service", "nats-edge-devices").spec).not.toHaveProperty(
      "publishNotReadyAddresses",
    );
    expect(specOf().minReadySeconds).toBeGreaterThan(0);
  });

  it("mount no secret but their certificates", () => {
    const sources = podOf().volumes.flatMap(
      // biome-ignore lint/suspicious/noExplicitAny: a volume of any kind.
      (volume: any) => [
        ...(volume.projected?.sources ?? []).flatMap((source: { secret?: { name: string } }) =>
          source.secret ? [source.secret.name] : [],
        ),
        ...(volume.secret ? [volume.secret.secretName] : []),
      ],
    );
    expect(sources).toEqual(["edge-tls", "devices-tls"]);
  });

  it("have the gate for reports beside the server", async () => {
    const gate = podOf().initContainers.at(-1);
    expect(gate).toMatchObject({ name: "report-gate", restartPolicy: "Always" });
    expect(gate.readinessProbe.httpGet).toEqual({ path: "/readyz", port: "gate-metrics" });
    const told = Object.fromEntries(
      gate.env.map(({ name, value }: { name: string; value?: string }) => [name, value]),
    );
    expect(told["NATS_SERVERS"]).toBe("tls://localhost:4222");
    expect(readReportGateEnvironment({ ...told, REPLICA: "nats-edge-0" })).toMatchObject({
      MQTT_PORT: 8883,
      METERED_DEVICES: plan.edge.maxConnections,
      HELD_BYTES: plan.edge.reportGate.heldBytes,
    });
  });

  it("make its password themselves, before it starts and with each start of the server", () => {
    const [server] = podOf().containers;
    const [maker, gate] = podOf().initContainers.slice(-2);
    expect(maker).toMatchObject({ name: "gate-password", image: natsImages.server });
    expect(maker).not.toHaveProperty("restartPolicy");
    expect(maker.command.slice(0, -1)).toEqual(server.command.slice(0, -1));
    expect([maker.command.at(-1), server.command.at(-1)]).toEqual(["true", "nats-server"]);
    const made = "/var/run/nats";
    expect(server.command.at(-2)).toBe(made);
    expect(configOf()).toMatch(/^include "\.\.\/\.\.\/var\/run\/nats\/passwords\.conf"$/m);
    expect(gate.env).toContainEqual({
      name: "NATS_PASSWORD_FILE",
      value: `${made}/gate-password`,
    });
    for (const each of [server, maker, gate]) {
      expect(each.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toContain(
        made,
      );
    }
    expect(podOf().volumes).toContainEqual({
      name: "run",
      emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
    });
  });

  it("let no other program of the pod reach the password: it has no such folder, and is another user", () => {
    const { initContainers, containers, securityContext } = podOf();
    const knowing = ["reloader", "gate-password", "report-gate", "nats"];
    const others = [...initContainers, ...containers].filter(({ name }) => !knowing.includes(name));
    expect(others.map(({ name }) => name)).toEqual(["exporter"]);
    for (const { volumeMounts, securityContext: own } of others) {
      expect(volumeMounts).toBeUndefined();
      expect(own.runAsUser).toBeGreaterThan(0);
      expect(own.runAsUser).not.toBe(securityContext.runAsUser);
    }
  });

  it("have no gate before there are images, when there are no devices either", async () => {
    const { reportGateImage: _, ...before } = args;
    const bare = await objectsOf(() => new NatsEdge("edge", before));
    const names = specOf(bare).template.spec.initContainers.map(
      ({ name }: { name: string }) => name,
    );
    expect(names).toEqual(["reloader", "exporter"]);
  });
});
