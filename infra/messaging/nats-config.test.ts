import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isClientId } from "../../app/contract/client-id.ts";
import { coreUsers, serviceUsersOf } from "../../app/contract/region-users.ts";
import { peersOf } from "../../app/contract/regions.ts";
import { passwordVariable, type ServiceUser } from "../../app/contract/service-user.ts";
import { edgeUsers, reportGate } from "../../app/contract/service-users.ts";
import {
  type Certificates,
  ensureCertificates,
  ensureSecrets,
  type Secrets,
} from "../../test/support/local-region.ts";
import { leafHost } from "../regions.ts";
import {
  type NatsCoreArgs,
  type NatsServerArgs,
  natsCoreConfig,
  natsEdgeConfig,
} from "./nats-config.ts";
import type { LeafArgs } from "./nats-leaf.ts";
import { EnvironmentReference, renderNatsSyntax } from "./nats-syntax.ts";

let directory: string;
let certificates: Certificates;
let secrets: Secrets;
let args: NatsServerArgs;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "nats-config-"));
  certificates = await ensureCertificates(join(directory, "certificates"));
  secrets = ensureSecrets(join(directory, "secrets"));
  args = {
    serverName: "core-1",
    region: "us-east",
    clientListen: "127.0.0.1:4222",
    monitorListen: "127.0.0.1:8222",
    cluster: { listen: "127.0.0.1:6222", routes: ["127.0.0.1:6222", "127.0.0.1:6223"] },
    tls: { ...certificates.nats, caFile: certificates.caFile },
    authIssuer: secrets.issuerPublicKey,
  };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const peers = peersOf("us-east");
const coreConfig = (changes: Partial<NatsCoreArgs> = {}) =>
  natsCoreConfig({
    ...args,
    ...changes,
    storeDirectory: join(directory, "store"),
    storeLimitBytes: 1024 ** 3,
    syncInterval: "always",
  });
const edgeConfig = (changes: Partial<NatsServerArgs & { peers: typeof peers }> = {}) =>
  natsEdgeConfig({
    ...args,
    serverName: "edge-1",
    ...changes,
    mqttListen: "127.0.0.1:8883",
    mqttTls: certificates.edge,
    mqttStreamReplicas: 3,
    maxConnections: 100,
  });
const leaf = (): LeafArgs => ({
  listen: "127.0.0.1:7422",
  tls: { ...certificates.leaf("us-east"), caFile: certificates.caFile },
  peers: peers.map((region) => ({ region, url: `tls://${leafHost(region)}:7422` })),
});

const passwordsOf = (users: readonly ServiceUser[]) =>
  Object.fromEntries(users.map(({ name }) => [passwordVariable(name), "p7letters"]));

/** nats-server's own check of a configuration. */
function check(config: string, environment = passwordsOf(serviceUsersOf(peers))): string {
  const file = join(directory, "check.conf");
  writeFileSync(file, config);
  const { PATH = "" } = process.env;
  return execFileSync("nats-server", ["-t", "--config", file], {
    env: { PATH, ...environment },
    stdio: "pipe",
  }).toString();
}

describe("what nats-server says of it", () => {
  it("takes the core's configuration", () => {
    expect(() => check(coreConfig())).not.toThrow();
  });

  it("takes the edge's configuration, which knows one password", () => {
    expect(() => check(edgeConfig(), passwordsOf(edgeUsers()))).not.toThrow();
  });

  it("refuses the core's configuration when a password is missing from the environment", () => {
    const environment = passwordsOf(serviceUsersOf([]));
    delete environment[passwordVariable("bridge")];
    expect(() => check(coreConfig(), environment)).toThrow(/SENTINEL_PASSWORD_BRIDGE/);
  });
});

describe("what it holds", () => {
  it("contains no password", () => {
    for (const { name } of serviceUsersOf(peers)) {
      const password = readFileSync(secrets.passwordFile(name), "utf8");
      expect(coreConfig()).not.toContain(password);
      expect(edgeConfig()).not.toContain(password);
    }
  });

  it("names every service user and exempts all of them from the callout on the core", () => {
    const auth = coreConfig().slice(coreConfig().indexOf("auth_users"));
    for (const { name } of coreUsers([])) {
      expect(coreConfig()).toContain(passwordVariable(name));
      expect(auth).toContain(`"${name}"`);
    }
  });

  it("gives the edge no JetStream but its domain, and the name of no service of the core", () => {
    expect(edgeConfig()).toMatch(/^jetstream: {\s+enabled: false\s+domain: "us-east"\s+}/m);
    for (const { name } of coreUsers([])) {
      expect(edgeConfig()).not.toContain(`"${name}"`);
      expect(edgeConfig()).not.toContain(passwordVariable(name));
    }
  });

  it("has on the edge one user who is exempt from the callout, and whose name no device may have", () => {
    const config = edgeConfig({ peers });
    expect(config.match(/ user: "/g)).toHaveLength(1);
    expect(config).toContain(`user: "${reportGate}"`);
    expect(config).not.toContain("leafnodes");
    expect(isClientId(reportGate)).toBe(false);
  });

  it("has edges ask no other server for reports: they are for the gate beside each", () => {
    expect(edgeConfig()).toMatch(/permissions: {\s+import: {\s+deny: \[\s+"clients\.\*\.reports"/);
    expect(coreConfig()).not.toMatch(/permissions: {\s+import/);
  });

  it("turns the edge's own questions for consumers aside, and nobody's else", () => {
    expect(edgeConfig()).toContain(
      '"$JS.API.CONSUMER.DURABLE.CREATE.$MQTT_msgs.*": "$JS.API.INFO"',
    );
    expect(coreConfig()).not.toContain("mappings");
  });

  it("offers MQTT on the edge only", () => {
    expect(edgeConfig()).toMatch(/^mqtt:/m);
    expect(coreConfig()).not.toMatch(/^mqtt:/m);
  });

  it("asks TLS 1.3 of clients, routes and devices", () => {
    expect(coreConfig().match(/min_version: "1.3"/g)).toHaveLength(2);
    expect(edgeConfig().match(/min_version: "1.3"/g)).toHaveLength(3);
  });
});

describe("with peers", () => {
  it("is taken by nats-server, on core and edge", () => {
    expect(() => check(coreConfig({ leaf: leaf() }))).not.toThrow();
    expect(() => check(edgeConfig({ peers }))).not.toThrow();
  });

  it("has the same accounts on core and edge", () => {
    const named = (config: string) => config.match(/^ {2}[A-Z_]+: \{$/gm);
    expect(named(coreConfig({ leaf: leaf() }))).toEqual(named(edgeConfig({ peers })));
    expect(named(edgeConfig({ peers }))).toContain("  FROM_EU_WEST: {");
  });

  it("knows a peer by its certificate alone, on leaf connections alone, outside the callout", () => {
    const config = coreConfig({ leaf: leaf() });
    const user = config.slice(config.indexOf(`user: "${leafHost("eu-west")}"`));
    expect(user.slice(0, user.indexOf("}"))).toMatch(/"LEAFNODE"/);
    expect(user.slice(0, user.indexOf("user:", 1))).not.toMatch(/password/);
    expect(config.slice(config.indexOf("auth_users"))).toContain(leafHost("eu-west"));
    expect(edgeConfig({ peers })).not.toContain(leafHost("eu-west"));
  });

  it("asks TLS 1.3 and a certificate of its peers", () => {
    const config = coreConfig({ leaf: leaf() });
    expect(config.match(/min_version: "1.3"/g)).toHaveLength(5);
    expect(config).toContain("verify_and_map: true");
  });
});

describe("with a file of passwords", () => {
  const passwordsFor = (users: readonly ServiceUser[]) =>
    writeFileSync(join(directory, "passwords.conf"), renderNatsSyntax(passwordsOf(users)));
  const passwordsFile = "passwords.conf";

  it("needs nothing in the environment", () => {
    passwordsFor(coreUsers(peers));
    expect(() => check(coreConfig({ passwordsFile, leaf: leaf() }), {})).not.toThrow();
  });

  it("may hold no password that this server does not use", () => {
    passwordsFor(serviceUsersOf(peers));
    expect(() => check(coreConfig({ passwordsFile }), {})).toThrow(/unknown field/);
  });

  it("refuses an absolute path, which nats-server would look up elsewhere", () => {
    expect(() => coreConfig({ passwordsFile: "/secrets/passwords.conf" })).toThrow(RangeError);
  });
});

it("takes the server's name from the environment where it is a reference", () => {
  const config = coreConfig({ serverName: new EnvironmentReference("POD_NAME") });
  const environment = { ...passwordsOf(coreUsers([])), POD_NAME: "nats-core-0" };
  expect(() => check(config, environment)).not.toThrow();
  expect(() => check(config)).toThrow(/POD_NAME/);
});
