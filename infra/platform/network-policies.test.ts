import { describe, expect, it } from "vitest";
import { NetworkIsolation } from "./network-isolation.ts";
import { type Arrow, arrowsOf, networkPolicies } from "./network-policies.ts";
import { namespace, objectNamed, objectsOf } from "./objects.fixture.ts";

const args = {
  vpcCidr: "10.10.0.0/16",
  peerCidrs: ["10.20.0.0/16", "10.30.0.0/16"],
  upstream: { publisherCidrs: ["203.0.113.0/24", "198.51.100.7/32"] },
  incidentReceivers: {
    alertmanager: true,
    webhooks: [{ name: "desk", url: "https://desk.example.com/hook" }],
  },
};
const external = { ...args, upstream: { externalPort: 8884 } };

const nameOf = (end: Arrow["from"]) =>
  "workload" in end ? end.workload : "namespace" in end ? `namespace ${end.namespace}` : end.name;
const drawn = ({ from, to, port, protocol }: Arrow) =>
  `${nameOf(from)} -> ${nameOf(to)} ${port}${protocol === "UDP" ? "/udp" : ""}`;
const isDns = ({ port }: Arrow) => port === 53;

describe("the arrows", () => {
  it("are these and no others", () => {
    const drawing = arrowsOf(args)
      .filter((arrow) => !isDns(arrow))
      .map(drawn)
      .sort();
    expect(drawing).toEqual([
      "aggregator -> namespace watch 9093",
      "aggregator -> nats-core 4222",
      "aggregator -> webhooks 443",
      "anywhere -> nats-edge 8883",
      "archive -> aws services 443",
      "archive -> nats-core 4222",
      "archive -> pod identity 80",
      "auth -> aws services 443",
      "auth -> nats-core 4222",
      "auth -> pod identity 80",
      "bridge -> mosquitto 8885",
      "bridge -> nats-core 4222",
      "console -> aggregator 8080",
      "console -> archive 8080",
      "console -> auth 8080",
      "console -> aws services 443",
      "console -> bridge 8080",
      "console -> console 8080",
      "console -> delivery 8080",
      "console -> inspector 8080",
      "console -> meter 8080",
      "console -> nats-core 4222",
      "console -> nats-core 8080",
      "console -> nats-edge 8080",
      "console -> pod identity 80",
      "console -> report-inspector 8080",
      "delivery -> nats-core 4222",
      "inspector -> nats-core 4222",
      "meter -> nats-core 4222",
      "namespace watch -> aggregator 8080",
      "namespace watch -> archive 8080",
      "namespace watch -> auth 8080",
      "namespace watch -> bridge 8080",
      "namespace watch -> console 8080",
      "namespace watch -> delivery 8080",
      "namespace watch -> inspector 8080",
      "namespace watch -> meter 8080",
      "namespace watch -> nats-core 7777",
      "namespace watch -> nats-core 8080",
      "namespace watch -> nats-edge 7777",
      "namespace watch -> nats-edge 8080",
      "namespace watch -> report-inspector 8080",
      "nats-core -> nats-core 4222",
      "nats-core -> nats-core 6222",
      "nats-core -> nats-core 8222",
      "nats-core -> nats-edge 6222",
      "nats-core -> other regions 7422",
      "nats-edge -> nats-core 6222",
      "nats-edge -> nats-edge 6222",
      "nats-edge -> nats-edge 8222",
      "other regions -> nats-core 7422",
      "own vpc -> mosquitto 8883",
      "own vpc -> nats-core 7422",
      "provision -> nats-core 4222",
      "publishers -> mosquitto 8883",
      "report-inspector -> nats-core 4222",
    ]);
  });

  it("lead every workload to DNS, by UDP and TCP", () => {
    const asking = [
      "aggregator",
      "archive",
      "auth",
      "bridge",
      "console",
      "delivery",
      "inspector",
      "meter",
      "mosquitto",
      "nats-core",
      "nats-edge",
      "provision",
      "report-inspector",
    ];
    expect(arrowsOf(args).filter(isDns).map(drawn).sort()).toEqual(
      asking.flatMap((name) => [`${name} -> dns 53`, `${name} -> dns 53/udp`]),
    );
  });

  it("lead the bridge out and nobody to Mosquitto where the upstream is somebody else's", () => {
    const drawing = arrowsOf(external).map(drawn);
    expect(drawing).toContain("bridge -> anywhere 8884");
    expect(drawing.filter((arrow) => arrow.includes("mosquitto"))).toEqual([]);
  });
});

describe("the policies", () => {
  const policy = (name: string, of = args) => {
    const found = networkPolicies(of).find((each) => each.name === name);
    if (!found) throw new Error(`there is no policy ${name}`);
    // biome-ignore lint/suspicious/noExplicitAny: what a preview would show of it.
    return found.spec as any;
  };

  it("refuse everything to every pod of the namespace", () => {
    expect(policy("default-deny")).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("are one for each workload", () => {
    expect(networkPolicies(args).map(({ name }) => name)).toEqual([
      "default-deny",
      "aggregator",
      "archive",
      "auth",
      "bridge",
      "console",
      "delivery",
      "inspector",
      "meter",
      "mosquitto",
      "nats-core",
      "nats-edge",
      "provision",
      "report-inspector",
    ]);
  });

  it("say both ends of an arrow", () => {
    const ports = [{ port: 4222, protocol: "TCP" }];
    const selected = (name: string) => [
      { podSelector: { matchLabels: { "app.kubernetes.io/name": name } } },
    ];
    expect(policy("bridge").egress).toContainEqual({ to: selected("nats-core"), ports });
    expect(policy("nats-core").ingress).toContainEqual({ from: selected("bridge"), ports });
  });

  it("let devices come from any address, and the other regions from theirs", () => {
    expect(policy("nats-edge").ingress).toContainEqual({
      from: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
      ports: [{ port: 8883, protocol: "TCP" }],
    });
    expect(policy("nats-core").ingress).toContainEqual({
      from: [{ ipBlock: { cidr: "10.20.0.0/16" } }, { ipBlock: { cidr: "10.30.0.0/16" } }],
      ports: [{ port: 7422, protocol: "TCP" }],
    });
  });

  it("let publishers come from their ranges alone, and the bridges by a port of their own", () => {
    const ports = (port: number) => [{ port, protocol: "TCP" }];
    const bridge = { podSelector: { matchLabels: { "app.kubernetes.io/name": "bridge" } } };
    expect(policy("mosquitto").ingress).toEqual([
      {
        from: [{ ipBlock: { cidr: "203.0.113.0/24" } }, { ipBlock: { cidr: "198.51.100.7/32" } }],
        ports: ports(8883),
      },
      { from: [{ ipBlock: { cidr: "10.10.0.0/16" } }], ports: ports(8883) },
      { from: [bridge], ports: ports(8885) },
    ]);
  });

  it("let only those out who use the device table or the archive or tell webhooks, and to no private address there", () => {
    const reaching443 = networkPolicies(args).filter(({ spec }) =>
      JSON.stringify(spec).includes('"port":443'),
    );
    expect(reaching443.map(({ name }) => name)).toEqual([
      "aggregator",
      "archive",
      "auth",
      "console",
    ]);
    expect(policy("auth").egress).toContainEqual({
      to: [
        {
          ipBlock: {
            cidr: "0.0.0.0/0",
            except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
          },
        },
      ],
      ports: [{ port: 443, protocol: "TCP" }],
    });
  });

  it("let nobody in to the API: operators forward a port from the pod's own node", () => {
    const ports = [{ port: 8080, protocol: "TCP" }];
    expect(policy("console").ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "watch" } } }],
        ports,
      },
      // Consoles ask each other how they are, for the page.
      { from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "console" } } }], ports },
    ]);
  });

  it("lead nobody to the monitoring port of NATS but servers of a kind to each other", () => {
    const ports = [{ port: 8222, protocol: "TCP" }];
    for (const { spec } of networkPolicies(args)) {
      const { ingress = [], egress = [] } = spec as { ingress?: object[]; egress?: object[] };
      const rules = [...ingress, ...egress];
      const leading = rules.filter((rule) => JSON.stringify(rule).includes("8222"));
      for (const rule of leading) {
        const alike = [{ podSelector: spec.podSelector }];
        expect([
          { from: alike, ports },
          { to: alike, ports },
        ]).toContainEqual(rule);
      }
    }
  });
});

describe("NetworkIsolation", () => {
  it("makes the policies in the namespace, and turns on what enforces them", async () => {
    const engine = await objectsOf(
      () => new NetworkIsolation("isolation", { namespace, ...external }),
    );
    const made = engine.of("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    expect(made).toHaveLength(networkPolicies(external).length);
    for (const { inputs } of made) expect(inputs.metadata.namespace).toBe(namespace);
    expect(objectNamed(engine, "ConfigMap", "amazon-vpc-cni").data).toEqual({
      "enable-network-policy-controller": "true",
    });
  });
});
