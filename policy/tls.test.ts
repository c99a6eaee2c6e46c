import { describe, expect, it } from "vitest";
import { mosquittoConfig } from "../infra/messaging/mosquitto-config.ts";
import { natsCoreConfig, natsEdgeConfig } from "../infra/messaging/nats-config.ts";
import { tls13Configurations, tls13Listeners } from "./tls.ts";

const tls = { certFile: "/tls/tls.crt", keyFile: "/tls/tls.key", caFile: "/tls/ca.crt" };
const server = {
  serverName: "nats-1",
  region: "us-east",
  clientListen: "0.0.0.0:4222",
  monitorListen: "0.0.0.0:8222",
  cluster: { listen: "0.0.0.0:6222", routes: ["nats-0:6222"] },
  tls,
  authIssuer: "ABC",
};
const core = natsCoreConfig({
  ...server,
  storeDirectory: "/data",
  storeLimitBytes: 1024 ** 3,
  syncInterval: "always",
  leaf: { listen: "0.0.0.0:7422", tls, peers: [{ region: "eu-west", url: "tls://leaf:7422" }] },
});
const edge = natsEdgeConfig({
  ...server,
  mqttListen: "0.0.0.0:8883",
  mqttTls: tls,
  mqttStreamReplicas: 3,
  maxConnections: 50_000,
});
const mosquitto = mosquittoConfig({
  listen: { host: "0.0.0.0", publishers: 8883, bridges: 8885 },
  tls,
  persistenceDirectory: "/data",
  passwordFile: "/secrets/passwords",
  aclFile: "/etc/acl",
});

const inConfigMap = (file: string, text: string) =>
  tls13Configurations.violationsOf("kubernetes:core/v1:ConfigMap", { data: { [file]: text } });

describe("a configuration in a ConfigMap", () => {
  it("passes as we write it", () => {
    expect(inConfigMap("nats-server.conf", core)).toEqual([]);
    expect(inConfigMap("nats-server.conf", edge)).toEqual([]);
    expect(inConfigMap("mosquitto.conf", mosquitto)).toEqual([]);
  });

  it.each([
    ["the client listener", 0],
    ["cluster", 1],
    ["leafnodes", 2],
  ])("breaks the policy when %s permits TLS 1.2", (listener, index) => {
    let seen = -1;
    const weak = core.replaceAll('min_version: "1.3"', (text) => {
      seen += 1;
      return seen === index ? 'min_version: "1.2"' : text;
    });
    expect(inConfigMap("nats-server.conf", weak)).toEqual([
      `nats-server.conf: tls of ${listener} permits less than 1.3; set min_version to 1.3`,
    ]);
  });

  it("breaks the policy when the least version is left out", () => {
    const [, ...missing] = edge.split(/\n *min_version: "1.3"/);
    const weak = `${edge.slice(0, edge.indexOf("min_version"))}${missing.join("")}`;
    expect(inConfigMap("nats-server.conf", weak).join()).toContain("set min_version to 1.3");
  });

  it("breaks the policy when devices are listened to without TLS", () => {
    const plain = 'server_name: "e"\nmqtt: {\n  listen: "0.0.0.0:1883"\n}\n';
    expect(inConfigMap("nats-server.conf", plain)).toEqual(["nats-server.conf: mqtt has no tls"]);
  });

  it("breaks the policy when a listener of Mosquitto takes older versions", () => {
    const second = "listener 1883 0.0.0.0\nallow_anonymous true\n";
    expect(inConfigMap("mosquitto.conf", `${mosquitto}${second}`)).toEqual([
      "mosquitto.conf: listener 1883 0.0.0.0 permits less than TLS 1.3; set tls_version to tlsv1.3",
    ]);
    const older = mosquitto.replaceAll("tlsv1.3", "tlsv1.2");
    expect(inConfigMap("mosquitto.conf", older)).toHaveLength(2);
  });

  it("passes when it configures something else, or is no ConfigMap", () => {
    expect(inConfigMap("rules.yaml", "groups: []\n")).toEqual([]);
    const violations = tls13Configurations.violationsOf("kubernetes:core/v1:Secret", {
      data: { a: "listener 1883" },
    });
    expect(violations).toEqual([]);
    expect(tls13Configurations.violationsOf("kubernetes:core/v1:ConfigMap", {})).toEqual([]);
  });
});

describe("a listener of a load balancer", () => {
  const violationsOf = (properties: object) =>
    tls13Listeners.violationsOf("aws:lb/listener:Listener", properties);

  it("passes when it hands TCP to a server that ends TLS", () => {
    for (const port of [7422, 8883, 8884]) {
      expect(violationsOf({ protocol: "TCP", port })).toEqual([]);
    }
  });

  it("passes when it ends TLS 1.3 itself", () => {
    const sslPolicy = "ELBSecurityPolicy-TLS13-1-3-2021-06";
    expect(violationsOf({ protocol: "TLS", port: 443, sslPolicy })).toEqual([]);
  });

  it("breaks the policy with anything older", () => {
    const sslPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";
    expect(violationsOf({ protocol: "TLS", port: 443, sslPolicy })).toHaveLength(1);
    expect(violationsOf({ protocol: "TLS", port: 443 })).toEqual([
      "the listener takes AWS's oldest policy; use one of TLS13-1-3",
    ]);
  });

  it("breaks the policy with a port or a protocol that has no TLS", () => {
    expect(violationsOf({ protocol: "TCP", port: 1883 })[0]).toContain("port 1883");
    expect(violationsOf({ protocol: "HTTP", port: 80 })[0]).toContain("speaks HTTP");
  });

  it("is the only type that is looked at", () => {
    expect(tls13Listeners.violationsOf("aws:lb/targetGroup:TargetGroup", {})).toEqual([]);
  });
});
