import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { regionNames } from "../app/contract/regions.ts";
import { stackFile } from "./setting-mistakes.ts";
import { fleetOf, parseSettings } from "./settings.ts";
import { settingNames } from "./settings-schema.ts";
import { changed, committed, mistakesOf, root } from "./stack-files.fixture.ts";

describe("the committed stack files", () => {
  it.each(regionNames)("are valid for %s", (stack) => {
    const settings = parseSettings(stack, committed);
    expect(settings).toMatchObject({ stack, clients: 1_500_000, retentionHours: 72 });
    expect(settings.images).toEqual({ version: "0.1.0" });
  });

  it.each(regionNames)("of %s hold nothing that only one passphrase can open", (stack) => {
    const text = readFileSync(join(root, stackFile(stack)), "utf8");
    expect(text).not.toMatch(/encryptionsalt|secure:/);
  });

  it("plan half of the devices for us-east, 30 % for eu-west, 20 % for ap-south", () => {
    const fleet = fleetOf(parseSettings("eu-west", committed));
    expect(regionNames.map((name) => fleet[name].clients)).toEqual([750_000, 450_000, 300_000]);
  });
});

it.each(settingNames)("%s is in the stack files or in docs/operations.md", (name) => {
  const texts = regionNames.map(stackFile).map((file) => readFileSync(join(root, file), "utf8"));
  const inFiles = texts.every((text) => new RegExp(`^ +(# )?sentinel:${name}:`, "m").test(text));
  const operations = readFileSync(join(root, "docs/operations.md"), "utf8");
  expect(inFiles || new RegExp(`\\b${name}\\b`).test(operations)).toBe(true);
});

describe("a region's demand", () => {
  it("has the whole fleet and all alerts, and its own retention, broker and instance types", () => {
    const files = changed("eu-west", {
      "sentinel:retentionHours": 96,
      "sentinel:instanceTypes": { core: "r8g.2xlarge" },
      "sentinel:upstream": {
        url: "mqtts://mq.example.com:8883",
        username: "bridge",
        passwordSecret: "upstream",
      },
    });
    const fleet = fleetOf(parseSettings("us-east", files));
    expect(fleet["eu-west"]).toEqual({
      clients: 450_000,
      fleetClients: 1_500_000,
      alertsPerSecond: 600,
      retentionHours: 96,
      upstreamBundled: false,
      instanceTypes: { core: "r8g.2xlarge" },
    });
    expect(fleet["us-east"]).toMatchObject({ retentionHours: 72, upstreamBundled: true });
  });
});

describe("files that do not go together", () => {
  it("are refused when the shares do not add up", () => {
    expect(mistakesOf(changed("ap-south", { "sentinel:share": 30 }))).toEqual([
      "Pulumi.us-east.yaml, Pulumi.eu-west.yaml, Pulumi.ap-south.yaml: sentinel:share must add up to 100; got us-east 50, eu-west 30, ap-south 30, which is 110",
    ]);
  });

  it("are refused when ranges overlap", () => {
    expect(mistakesOf(changed("eu-west", { "sentinel:cidr": "10.10.0.0/16" }))).toEqual([
      "Pulumi.eu-west.yaml, Pulumi.us-east.yaml: sentinel:cidr must not overlap, the networks are peered; got 10.10.0.0/16 and 10.10.0.0/16",
    ]);
  });

  it.each([
    ["clients", 2_000_000],
    ["alertsPerSecond", 700],
    ["domain", "other.example.com"],
  ])("are refused when %s differs", (key, value) => {
    const mistakes = mistakesOf(changed("eu-west", { [`sentinel:${key}`]: value }));
    expect(mistakes).toEqual([expect.stringContaining(`sentinel:${key} must be the same in all`)]);
    expect(mistakes[0]).toContain(`eu-west ${value}`);
  });
});

describe("signatures", () => {
  const everywhere = (...[usEast, euWest, apSouth]: readonly (string | undefined)[]) => ({
    "us-east": { ...committed["us-east"], "sentinel:signatures": usEast },
    "eu-west": { ...committed["eu-west"], "sentinel:signatures": euWest },
    "ap-south": { ...committed["ap-south"], "sentinel:signatures": apSouth },
  });

  it("are required everywhere or nowhere: one region that lets others in would void it for all", () => {
    for (const weak of ["off", "tag"]) {
      const [mistake, ...more] = mistakesOf(everywhere("require", weak, "require"));
      expect(mistake).toMatch(
        /sentinel:signatures must be require in all three where it is in one: .*; got us-east require, eu-west (off|tag), ap-south require$/,
      );
      expect(more).toEqual([]);
    }
    expect(mistakesOf(everywhere("require", "require", "require"))).toEqual([]);
    expect(mistakesOf(everywhere("tag", "off", "off"))).toEqual([]);
  });
});

describe("what may be said", () => {
  it("is another form of each choice", () => {
    const files = changed("us-east", {
      "sentinel:hostedZoneId": "Z0123456789ABC",
      "sentinel:deviceCertificates": { issuer: "letsencrypt", email: "ops@example.com" },
      "sentinel:publicEndpointCidrs": ["203.0.113.0/24"],
      "sentinel:publisherCidrs": ["203.0.113.0/24", "198.51.100.7/32"],
      "sentinel:operatorRoleArns": ["arn:aws:iam::123456789012:role/platform"],
      "sentinel:images": {
        version: "1.2.3",
        registry: "registry.example.com/sentinel",
        digests: { auth: `sha256:${"a".repeat(64)}` },
      },
      "sentinel:alertWebhookUrl": "https://alerts.example.com/hook",
      "sentinel:incidentWebhooks": [{ name: "desk", url: "https://desk.example.com/hook" }],
      "sentinel:oidc": {
        ...{
          name: "Example SSO",
          issuer: "https://id.example.com/realms/soc",
          clientId: "sentinel",
        },
        ...{ clientSecretName: "console-oidc", roleClaim: "https://example.com/groups" },
        ...{ consoleUrl: "https://console.example.com", roles: { operator: ["/soc/analysts"] } },
      },
      "aws:profile": "platform",
    });
    expect(mistakesOf(files)).toEqual([]);
    expect(parseSettings("us-east", files).awsProfile).toBe("platform");
  });

  it("is left to its default", () => {
    const files = changed("us-east", {
      "sentinel:retentionHours": undefined,
      "sentinel:upstream": undefined,
      "sentinel:trafficPercent": undefined,
      "sentinel:deviceCertificates": undefined,
      "sentinel:operatorRoleArns": undefined,
      "sentinel:publicEndpointCidrs": undefined,
      "sentinel:apiTokens": undefined,
      "sentinel:formerAuditKeys": undefined,
      "sentinel:monitoring": undefined,
      "sentinel:deletionProtection": undefined,
    });
    expect(parseSettings("us-east", files)).toEqual(parseSettings("us-east", committed));
  });
});
