import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { passwordVariable, serviceUsers } from "../../app/contract/accounts.ts";
import { type Certificates, ensureCertificates } from "../../local/certificates.ts";
import { ensureSecrets, type Secrets } from "../../local/secrets.ts";
import { type NatsServerArgs, natsCoreConfig, natsEdgeConfig } from "./nats-config.ts";

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

const coreConfig = () =>
  natsCoreConfig({
    ...args,
    storeDirectory: join(directory, "store"),
    storeLimitBytes: 1024 ** 3,
    syncInterval: "always",
  });
const edgeConfig = () =>
  natsEdgeConfig({
    ...args,
    serverName: "edge-1",
    mqttListen: "127.0.0.1:8883",
    mqttTls: certificates.edge,
    mqttStreamReplicas: 3,
    maxConnections: 100,
  });

/** nats-server's own check of a configuration. */
function check(config: string, environment = secrets.natsEnvironment()): string {
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

  it("takes the edge's configuration", () => {
    expect(() => check(edgeConfig())).not.toThrow();
  });

  it("refuses the core's configuration when a password is missing from the environment", () => {
    const environment = secrets.natsEnvironment();
    delete environment[passwordVariable("bridge")];
    expect(() => check(coreConfig(), environment)).toThrow(/SENTINEL_PASSWORD_BRIDGE/);
  });
});

describe("what it holds", () => {
  it("contains no password", () => {
    for (const password of Object.values(secrets.natsEnvironment())) {
      expect(coreConfig()).not.toContain(password);
      expect(edgeConfig()).not.toContain(password);
    }
  });

  it("names every service user and exempts all of them from the callout on the core", () => {
    const auth = coreConfig().slice(coreConfig().indexOf("auth_users"));
    for (const { name } of serviceUsers.filter((user) => user.account !== "DEVICES")) {
      expect(coreConfig()).toContain(passwordVariable(name));
      expect(auth).toContain(`"${name}"`);
    }
  });

  it("gives the edge no JetStream and the password of no service in CORE", () => {
    expect(edgeConfig()).not.toMatch(/^jetstream/m);
    for (const { name } of serviceUsers.filter((user) => user.account === "CORE")) {
      expect(edgeConfig()).not.toContain(passwordVariable(name));
    }
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
