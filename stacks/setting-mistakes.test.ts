import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parseSettings } from "./settings.ts";
import { changed, committed, mistakesOf } from "./stack-files.fixture.ts";

const provider = {
  ...{ name: "Example SSO", issuer: "https://id.example.com", clientId: "sentinel" },
  ...{ roleClaim: "groups", roles: { viewer: ["analysts"] } },
};

describe("one mistake in one file", () => {
  const cases: [name: string, changes: Record<string, unknown>, line: RegExp][] = [
    [
      "a misspelt key",
      { "sentinel:clinets": 5 },
      /sentinel:clinets is not a setting; the settings are clients, share, /,
    ],
    [
      "a misspelt namespace",
      { "sentinal:clients": 5 },
      /sentinal:clients is read by nobody; write sentinel:clients$/,
    ],
    ["a key without our namespace", { "mqtt-sentinel:share": 5 }, /write sentinel:share$/],
    ["a stranger's key", { "kubernetes:context": "x" }, /settings start with sentinel: or aws:$/],
    [
      "a missing key",
      { "sentinel:domain": undefined },
      /sentinel:domain must be a domain name .*; it is not set$/,
    ],
    [
      "a wrong type",
      { "sentinel:clients": "many" },
      /sentinel:clients must be a whole number from 1 to 10000000; got "many"$/,
    ],
    [
      "a share of parts",
      { "sentinel:share": 33.3 },
      /sentinel:share must be a whole number from 0 to 100; got 33.3$/,
    ],
    [
      "a public range",
      { "sentinel:cidr": "8.8.0.0/16" },
      /sentinel:cidr must be a private \/16, .*; got "8.8.0.0\/16"$/,
    ],
    [
      "a range of another size",
      { "sentinel:cidr": "10.10.0.0/20" },
      /sentinel:cidr must be a private \/16/,
    ],
    [
      "the range of services",
      { "sentinel:cidr": "172.20.0.0/16" },
      /sentinel:cidr is where Kubernetes puts its services/,
    ],
    ["no range", { "sentinel:cidr": "10.10" }, /sentinel:cidr is no range: .*; got "10.10"$/],
    [
      "the image latest",
      { "sentinel:images": { version: "latest" } },
      /sentinel:images.version must be a version such as 0.1.0; .*; got "latest"$/,
    ],
    [
      "a digest of nothing",
      { "sentinel:images": { version: "0.1.0", digests: { deliverer: "sha256:00" } } },
      /sentinel:images.digests.deliverer is not a setting/,
    ],
    [
      "an unknown instance type",
      { "sentinel:instanceTypes": { core: "r8g.huge" } },
      /sentinel:instanceTypes.core must be one of m8g.large, .*; got "r8g.huge"$/,
    ],
    [
      "a small instance type",
      { "sentinel:instanceTypes": { core: "m8g.large" } },
      /sentinel:instanceTypes.core m8g.large is too small for/,
    ],
    [
      "an upstream with a user in its address",
      {
        "sentinel:upstream": {
          url: "mqtts://u:p@mq.example.com",
          username: "u",
          passwordSecret: "s",
        },
      },
      /sentinel:upstream.url must be mqtts:\/\/host:port/,
    ],
    [
      "an upstream that is no object",
      { "sentinel:upstream": "external" },
      /sentinel:upstream must be "bundled" or an object with a url; got "external"$/,
    ],
    [
      "an unknown issuer",
      { "sentinel:deviceCertificates": { issuer: "zerossl" } },
      /sentinel:deviceCertificates.issuer must be \{issuer: "internal"\}/,
    ],
    [
      "a public issuer without a zone",
      { "sentinel:deviceCertificates": { issuer: "letsencrypt", email: "ops@example.com" } },
      /sentinel:hostedZoneId must be set for deviceCertificates of letsencrypt/,
    ],
    [
      "a role that only half of the program takes on",
      { "aws:assumeRoles": [{ roleArn: "arn:aws:iam::123456789012:role/deploy" }] },
      /aws:assumeRoles would sign in to AWS and not to Kubernetes; .* aws:profile/,
    ],
    [
      "an API open to everybody",
      { "sentinel:publicEndpointCidrs": ["0.0.0.0/0"] },
      /sentinel:publicEndpointCidrs.0 must be 8 bits or longer/,
    ],
    [
      "publishers from everywhere",
      { "sentinel:publisherCidrs": ["0.0.0.0/0"] },
      /sentinel:publisherCidrs.0 must be 8 bits or longer: the upstream broker is not for everybody; got "0.0.0.0\/0"/,
    ],
    [
      "publishers from half of everywhere, and the other half",
      { "sentinel:publisherCidrs": ["203.0.113.0/24", "128.0.0.0/1"] },
      /sentinel:publisherCidrs.1 must be 8 bits or longer/,
    ],
    [
      "publishers from nowhere",
      { "sentinel:publisherCidrs": [] },
      /sentinel:publisherCidrs must be a list of 1 to 50 IPv4 ranges/,
    ],
    [
      "a range of publishers twice",
      { "sentinel:publisherCidrs": ["203.0.113.0/24", "203.0.113.0/24"] },
      /sentinel:publisherCidrs must be a list without repetitions/,
    ],
    [
      "publishers of whom nothing is said",
      { "sentinel:publisherCidrs": undefined },
      /sentinel:publisherCidrs must be set for upstream of "bundled": .*; it is not set/,
    ],
    [
      "a user for a role",
      { "sentinel:operatorRoleArns": ["arn:aws:iam::123456789012:user/x"] },
      /sentinel:operatorRoleArns.0 must be the ARN of an IAM role/,
    ],
    [
      "a traffic dial too far",
      { "sentinel:trafficPercent": 101 },
      /sentinel:trafficPercent must be a whole number from 0 to 100; got 101$/,
    ],
    [
      "a mode of enforcement that there is not",
      { "sentinel:enforcement": { mode: "on" } },
      /sentinel:enforcement.mode must be one of observe, enforce; got "on"$/,
    ],
    [
      "a policy of signatures that there is not",
      { "sentinel:signatures": true },
      /sentinel:signatures must be one of off, tag, require; got true$/,
    ],
    [
      "devices that are kept out for longer than it is told",
      { "sentinel:enforcement": { minutes: 1_440 } },
      /sentinel:enforcement.minutes must be a whole number from 1 to 720; got 1440$/,
    ],
    [
      "an identity provider in clear",
      { "sentinel:oidc": { ...provider, issuer: "http://id.example.com" } },
      /sentinel:oidc.issuer must be the provider's issuer: an https:\/\/ address .*; got "http:\/\/id.example.com"/,
    ],
    [
      "an identity provider at a port that the cluster does not let out to",
      { "sentinel:oidc": { ...provider, issuer: "https://id.example.com:8443" } },
      /sentinel:oidc.issuer must be at port 443: the console may call no other, .* have the provider listen there/,
    ],
    [
      "an identity provider at a private address",
      { "sentinel:oidc": { ...provider, issuer: "https://10.1.2.3/realm" } },
      /sentinel:oidc.issuer must be at a public IPv4 address: the console may call no other/,
    ],
    [
      "an identity provider whose claim nobody named",
      { "sentinel:oidc": { ...provider, roleClaim: undefined } },
      /sentinel:oidc.roleClaim must be the name of a claim of the ID token, such as groups; it is not set$/,
    ],
    [
      "an identity provider that gives nobody a role",
      { "sentinel:oidc": { ...provider, roles: {} } },
      /sentinel:oidc.roles must be an object that gives roles \(viewer, operator, admin\) .*; got {}$/,
    ],
    [
      "an identity provider that gives a role that there is not",
      { "sentinel:oidc": { ...provider, roles: { viewer: ["analysts"], root: ["wheel"] } } },
      /sentinel:oidc.roles.root is not a setting; remove it or correct its name$/,
    ],
    [
      "a sign-in that is none by OpenID Connect",
      { "sentinel:oidc": { ...provider, scopes: ["profile"] } },
      /sentinel:oidc.scopes must be a list of scopes, openid among them; got \["profile"\]$/,
    ],
    [
      "a console at a path",
      { "sentinel:oidc": { ...provider, consoleUrl: "https://localhost:8443/" } },
      /sentinel:oidc.consoleUrl must be an https:\/\/ address without a path, such as https:\/\/localhost:8443; got/,
    ],
    [
      "the secret of a client itself",
      { "sentinel:oidc": { ...provider, clientSecretName: "S3cret!" } },
      /sentinel:oidc.clientSecretName must be the name of a Kubernetes Secret in the namespace sentinel/,
    ],
    [
      "a webhook in clear",
      { "sentinel:incidentWebhooks": [{ name: "desk", url: "http://desk.example.com" }] },
      /sentinel:incidentWebhooks.0.url must be an https:\/\/ address without user and password/,
    ],
    [
      "a webhook at a port that the cluster does not let out to",
      {
        "sentinel:incidentWebhooks": [{ name: "desk", url: "https://desk.example.com:8443/hook" }],
      },
      /sentinel:incidentWebhooks.0.url must be at port 443: .* this is 8443; .*; got "https:\/\/desk.example.com:8443\/hook"$/,
    ],
    [
      "a webhook at a port that is none",
      { "sentinel:incidentWebhooks": [{ name: "desk", url: "https://desk.example.com:99999/" }] },
      /sentinel:incidentWebhooks.0.url must be an https:\/\/ address/,
    ],
    [
      "a webhook at a private address",
      { "sentinel:incidentWebhooks": [{ name: "desk", url: "https://10.1.2.3/hook" }] },
      /sentinel:incidentWebhooks.0.url must be at a public IPv4 address: /,
    ],
    [
      "a receiver of alerts at a port that is none",
      { "sentinel:alertWebhookUrl": "https://example.com:99999/" },
      /sentinel:alertWebhookUrl must be an https:\/\/ address/,
    ],
    [
      "a webhook with a name that is taken",
      { "sentinel:incidentWebhooks": [{ name: "alertmanager", url: "https://desk.example.com" }] },
      /sentinel:incidentWebhooks must be a list whose names differ/,
    ],
    [
      "a webhook with the name of another receiver of ours",
      {
        "sentinel:incidentWebhooks": [{ name: "alertmanager-1", url: "https://desk.example.com" }],
      },
      /must be a list whose names differ, none of them alertmanager or alertmanager-1/,
    ],
    [
      "a receiver of alerts in clear",
      { "sentinel:alertWebhookUrl": "http://example.com" },
      /sentinel:alertWebhookUrl must be an https:\/\/ address/,
    ],
    [
      "another stack's region",
      { "aws:region": "eu-west-1" },
      /aws:region must be us-east-1 for this stack; got "eu-west-1"$/,
    ],
    [
      "no region",
      { "aws:region": undefined },
      /aws:region must be us-east-1 for this stack; it is not set$/,
    ],
  ];

  it.each(cases)("%s ends in one line that says what to do", (_name, changes, line) => {
    const mistakes = mistakesOf(changed("us-east", changes));
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(/^Pulumi\.us-east\.yaml: /);
    expect(mistakes[0]).toMatch(line);
  });

  it("is found in another stack's file too", () => {
    const files = changed("ap-south", { "sentinel:cidr": "10.30.0.0" });
    expect(mistakesOf(files)).toEqual([
      expect.stringMatching(/^Pulumi\.ap-south\.yaml: sentinel:cidr/),
    ]);
  });

  it("is a file that is not there", () => {
    const mistakes = mistakesOf({ ...committed, "eu-west": undefined });
    expect(mistakes).toEqual([expect.stringMatching(/^Pulumi\.eu-west\.yaml is missing; /)]);
  });
});

describe("several mistakes", () => {
  it("are all named", () => {
    const files = changed("us-east", { "sentinel:clients": 0, "sentinel:monitoring": "yes" });
    expect(mistakesOf(files)).toHaveLength(2);
  });

  it("are all named, those between files too", () => {
    const files = changed("us-east", { "sentinel:clinets": 5, "sentinel:share": 40 });
    expect(mistakesOf(files)).toEqual([
      expect.stringContaining("sentinel:clinets is not a setting"),
      expect.stringContaining("sentinel:share must add up to 100"),
    ]);
  });

  it("stand under one title, without a stack trace", () => {
    const parse = () => parseSettings("us-east", changed("us-east", { "sentinel:clients": 0 }));
    expect(parse).toThrow(pulumi.RunError);
    expect(parse).toThrow(/^the settings are not valid:\n {2}Pulumi\.us-east\.yaml: [^\n]+$/);
  });
});
