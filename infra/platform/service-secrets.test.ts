import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { parseReceivers } from "../../app/aggregator/notices/receivers.ts";
import { AuditKeyRing } from "../../app/audit/audit-key-ring.ts";
import { newSigner } from "../../app/audit/audit-keys.fixture.ts";
import { auditSigner } from "../../app/audit/audit-signer.ts";
import { accountKeyOf, accountNameOf } from "../../app/auth/callout/nkey.ts";
import { parseTokenFile } from "../../app/console/access/token-file.ts";
import { type ApiTokenEntry, apiRoles, apiTokenDigest } from "../../app/contract/api-token.ts";
import { AuditKeyFileSchema } from "../../app/contract/audit-keys.ts";
import { coreUsers } from "../../app/contract/region-users.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { passwordVariable } from "../../app/contract/service-user.ts";
import { type FakeEngine, settled } from "../../test/support/fake-engine.ts";
import { namespace, objectNamed, objectsOf } from "./objects.fixture.ts";
import { ServiceSecrets } from "./service-secrets.ts";

const peers: readonly RegionName[] = ["eu-west", "ap-south"];
const sha256 = apiTokenDigest("snt_of-the-night-shift");
const apiTokens: readonly ApiTokenEntry[] = [{ name: "night-shift", role: "operator", sha256 }];
const formerAuditKeys = [{ signer: "auth", publicKey: newSigner().publicKey }] as const;
let engine: FakeEngine;
let secrets: ServiceSecrets;
const incidentReceivers = {
  alertmanager: true,
  webhooks: [{ name: "desk", url: "https://desk.example.com/hook" }],
};
beforeAll(async () => {
  engine = await objectsOf(() => {
    secrets = new ServiceSecrets("secrets", {
      namespace,
      peers,
      apiTokens,
      formerAuditKeys,
      incidentReceivers,
    });
  });
});
const filesOf = (owner: string): Record<string, string> =>
  objectNamed(engine, "Secret", `${owner}-secrets`).stringData;

describe("each pod's secrets", () => {
  it("are the files that it needs, and no others", () => {
    const files = engine
      .of("kubernetes:core/v1:Secret")
      .map(({ inputs }) => [inputs.metadata.name, Object.keys(inputs.stringData)]);
    expect(Object.fromEntries(files)).toEqual({
      "nats-core-secrets": ["passwords.conf"],
      "bridge-secrets": ["password", "upstream-session-key"],
      "meter-secrets": ["password"],
      "delivery-secrets": ["password"],
      "aggregator-secrets": ["password", "receivers.json"],
      "archive-secrets": ["audit-key", "audit-keys.json", "password"],
      "mender-secrets": ["audit-key", "audit-keys.json", "password"],
      "inspector-secrets": ["audit-key", "audit-keys.json", "password"],
      "report-inspector-secrets": ["audit-key", "audit-keys.json", "password"],
      "auth-secrets": [
        "audit-key",
        "audit-keys.json",
        "callout-password",
        "closer-password",
        "issuer-seed",
        "password",
        "password-from-ap-south",
        "password-from-eu-west",
      ],
      "provision-secrets": [
        "password-alerts",
        "password-audit",
        "password-changes",
        "password-core",
        "password-devices",
        "password-from-ap-south",
        "password-from-eu-west",
        "password-intake",
        "password-limits",
        "password-report-intake",
        "password-seen",
      ],
      "console-secrets": ["api-tokens.json", "audit-key", "audit-keys.json", "password"],
      "operator-secrets": [
        "api-token-admin",
        "api-token-operator",
        "api-token-viewer",
        "audit-key",
        "audit-keys.json",
        "password",
        "webhook-secret-desk",
      ],
    });
  });

  it("tell the aggregator who is told of incidents, in the form that it reads, and operators what a webhook is verified by", () => {
    const file = filesOf("aggregator")["receivers.json"] ?? "";
    const [first, second, desk] = parseReceivers(file, "receivers.json");
    const operated = "alertmanager-operated.watch.svc.cluster.local:9093";
    expect([first, second]).toEqual([
      {
        ...{ name: "alertmanager", kind: "alertmanager" },
        url: `http://alertmanager-watch-alertmanager-0.${operated}`,
      },
      {
        ...{ name: "alertmanager-1", kind: "alertmanager" },
        url: `http://alertmanager-watch-alertmanager-1.${operated}`,
      },
    ]);
    expect(desk).toMatchObject({ name: "desk", kind: "webhook" });
    expect(desk).toHaveProperty("secret", filesOf("operator")["webhook-secret-desk"]);
  });

  it("are those that the servers know: each user's password is in the file that is included", () => {
    const line = (user: string, password: string | undefined) =>
      `${passwordVariable(user)}: "${password}"\n`;
    const core = filesOf("nats-core")["passwords.conf"] ?? "";
    expect(core.split("\n")).toHaveLength(coreUsers(peers).length + 1);
    expect(core).toContain(line("bridge", filesOf("bridge")["password"]));
    expect(core).toContain(line("auth-callout", filesOf("auth")["callout-password"]));
    expect(core).toContain(
      line("provision-from-eu-west", filesOf("provision")["password-from-eu-west"]),
    );
  });
});

describe("a password", () => {
  it("is another for each user, and starts with a letter", () => {
    const lines = filesOf("nats-core")["passwords.conf"] ?? "";
    const passwords = [...lines.matchAll(/: "([^"]+)"/g)].map(([, password]) => password);
    expect(new Set(passwords).size).toBe(coreUsers(peers).length);
    for (const password of passwords) expect(password).toMatch(/^p[0-9a-f]{48}$/);
  });
});

describe("the API's tokens", () => {
  it("are known to the console by their hashes only, and to the operator themselves", () => {
    const operator = filesOf("operator");
    const text = filesOf("console")["api-tokens.json"] ?? "";
    const entries = parseTokenFile(text);

    expect(entries.map(({ name, role }) => `${name} ${role}`)).toEqual([
      ...apiRoles.map((role) => `${role} ${role}`),
      "night-shift operator",
    ]);
    for (const role of apiRoles) {
      const token = operator[`api-token-${role}`] ?? "";
      expect(token).toMatch(/^snt_[A-Za-z0-9_-]{43}$/);
      expect(entries.find(({ name }) => name === role)?.sha256).toBe(apiTokenDigest(token));
      expect(text).not.toContain(token);
    }
  });
});

describe("the audit keys", () => {
  it("are one for each signer, whose public halves everybody knows, with those of before", async () => {
    const text = filesOf("auth")["audit-keys.json"] ?? "";
    const file = AuditKeyFileSchema.parse(JSON.parse(text));
    const keys = new AuditKeyRing(file);

    for (const signer of [
      "auth",
      "console",
      "inspector",
      "mender",
      "operator",
      "report-inspector",
    ] as const) {
      const { keyId } = auditSigner(filesOf(signer)["audit-key"] ?? "");
      expect(() => keys.requireKey(keyId, signer)).not.toThrow();
      expect(filesOf(signer)["audit-keys.json"]).toBe(text);
    }
    expect(file.keys).toHaveLength(8);
    expect(file.keys.at(-1)).toEqual(formerAuditKeys[0]);
    expect(await settled(secrets.auditKeys)).toBe(text);
    expect(await pulumi.isSecret(secrets.auditKeys)).toBe(false);
  });
});

describe("the issuer", () => {
  it("is known to the servers by its public key, which is no secret", async () => {
    const seed = filesOf("auth")["issuer-seed"] ?? "";
    expect(await settled(secrets.authIssuer)).toBe(accountNameOf(accountKeyOf(seed)));
    expect(await pulumi.isSecret(secrets.authIssuer)).toBe(false);
  });
});
