import ipaddr from "ipaddr.js";
import { z } from "zod";
import { signaturePolicies } from "../app/contract/alert-signature.ts";
import { apiRoles, apiTokenName, apiTokenNameRule } from "../app/contract/api-token.ts";
import { AuditKeyEntrySchema } from "../app/contract/audit-keys.ts";
import { deviceAuths } from "../app/contract/device.ts";
import { httpsAddressRule, isHttpsAddress } from "../app/contract/https-address.ts";
import { instanceTypeNames } from "../infra/capacity/instance-types.ts";
import { parseCidr } from "../infra/network/cidr.ts";
import { alertmanagerNames } from "../infra/platform/alertmanagers.ts";
import { deviceCaMistake } from "./device-ca.ts";
import { enforcement } from "./enforcement-setting.ts";
import { fence } from "./fence-setting.ts";
import { oidc } from "./oidc-setting.ts";
import { publicAddressMistake } from "./public-address.ts";
import { matching, must, secretName, whole } from "./setting-rules.ts";

const domainLabel = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const domain = matching(
  new RegExp(`^(${domainLabel}\\.)+[a-z]{2,63}$`),
  "a domain name in small letters, such as sentinel.example.com",
);

const webhookAddress = z.string(httpsAddressRule).check((context) => {
  const call = { caller: "the aggregator", called: "the receiver" };
  const message = publicAddressMistake(context.value, call);
  if (message) context.issues.push({ code: "custom", message, input: context.value });
});

/** EKS gives addresses of services out of one of these two. */
const serviceRanges = ["10.100.0.0/16", "172.20.0.0/16"];

const regionCidr = z.string(must("a private /16, such as 10.10.0.0/16")).check((context) => {
  const refuse = (message: string) =>
    context.issues.push({ code: "custom", message, input: context.value });
  try {
    const { network, prefix } = parseCidr(context.value);
    if (prefix !== 16 || ipaddr.IPv4.parse(network).range() !== "private") {
      refuse("must be a private /16, such as 10.10.0.0/16");
    } else if (serviceRanges.includes(context.value)) {
      refuse("is where Kubernetes puts its services; choose another private /16");
    }
  } catch (error) {
    refuse(`is no range: ${(error as Error).message}`);
  }
});

/** Where somebody may come from. Two halves of the internet would be all of it, so neither passes. */
const callerCidr = (whatIsGuarded: string) =>
  z.string(must("an IPv4 range")).check((context) => {
    const refuse = (message: string) =>
      context.issues.push({ code: "custom", message, input: context.value });
    try {
      if (parseCidr(context.value).prefix < 8) {
        refuse(`must be 8 bits or longer: ${whatIsGuarded} is not for everybody`);
      }
    } catch (error) {
      refuse(`is no range: ${(error as Error).message}`);
    }
  });

/** A security group takes 60 rules. */
const publisherRanges = "a list of 1 to 50 IPv4 ranges that publishers connect from";

/** An upstream broker of somebody else's, as the bridge reaches it. */
const externalUpstream = z.strictObject({
  url: matching(
    /^mqtts:\/\/[^/@?#\s]+(:\d+)?\/?$/,
    "mqtts://host:port, without user, password and path",
  ),
  username: matching(/\S/, "the bridge's user name on that broker"),
  /** Secret in the namespace `sentinel`, key `password`. The operator makes it. */
  passwordSecret: secretName,
  /** PEM. Absent: the broker's certificate comes from a public authority. */
  caCertificate: matching(/-----BEGIN CERTIFICATE-----/, "a certificate in PEM form").optional(),
});

export const imageNames = [
  "aggregator",
  "archive",
  "auth",
  "bridge",
  "console",
  "delivery",
  "fence",
  "inspector",
  "mender",
  "meter",
  "provision",
  "report-gate",
] as const;

const imagePath = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/;

const images = z.strictObject(
  {
    version: matching(
      /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
      'a version such as 0.1.0; "latest" would change what runs without a diff',
    ),
    /** Where the images are pulled from. Absent: the repositories that the stack itself makes. */
    registry: matching(imagePath, "host/path").optional(),
    /** Pins an image to its bytes, whatever the version is. */
    digests: z
      .partialRecord(
        z.enum(imageNames),
        matching(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits"),
      )
      .optional(),
  },
  must('an object such as {version: "0.1.0"}'),
);

const deviceCertificates = z.discriminatedUnion(
  "issuer",
  [
    z.strictObject({ issuer: z.literal("internal") }),
    z.strictObject({
      issuer: z.literal("letsencrypt"),
      email: z.email(must("the address that Let's Encrypt warns before a certificate expires")),
    }),
  ],
  must('{issuer: "internal"} or {issuer: "letsencrypt", email: …}'),
);

/** As `sentinel tokens create` prints it. */
const apiToken = z.strictObject(
  {
    name: matching(apiTokenName, `a name of ${apiTokenNameRule}`),
    role: z.enum(apiRoles, must(`one of ${apiRoles.join(", ")}`)),
    sha256: matching(/^[0-9a-f]{64}$/, "a SHA-256 in hex, not the token itself"),
  },
  must("an entry as `sentinel tokens create` prints it"),
);

const deviceCa = z.string(must("certificates of authorities in PEM form")).check((context) => {
  const message = deviceCaMistake(context.value, Date.now());
  if (message) context.issues.push({ code: "custom", message, input: context.value });
});

const roleArn = matching(/^arn:aws:iam::\d{12}:role\/\S+$/, "the ARN of an IAM role");
const flag = z.boolean(must("true or false"));
const instanceType = z.enum(instanceTypeNames, must(`one of ${instanceTypeNames.join(", ")}`));

/** Everything that a stack file may say under `sentinel:`. */
export const stackSettingsSchema = z.strictObject({
  /** Devices of all regions together. */
  clients: whole(1, 10_000_000),
  /** Percent of the devices that this region is planned for. */
  share: whole(0, 100),
  /** Alerts into all regions together, sustained. A burst may be ten times as much. */
  alertsPerSecond: whole(1, 100_000),
  cidr: regionCidr,
  domain,
  /** Public zone of the domain in Route 53. Absent: the records are somebody else's to make. */
  hostedZoneId: matching(/^Z[0-9A-Z]{4,31}$/, "the id of a hosted zone, such as Z0123").optional(),
  retentionHours: whole(1, 720).default(72),
  upstream: z
    .union([z.literal("bundled"), externalUpstream], must('"bundled" or an object with a url'))
    .default("bundled"),
  /**
   * From where publishers reach the bundled broker. Required there, and without a default: who gets
   * as far as the broker can fill its places without a password.
   */
  publisherCidrs: z
    .array(callerCidr("the upstream broker"), must(publisherRanges))
    .min(1, must(publisherRanges))
    .max(50, must(publisherRanges))
    .refine((cidrs) => new Set(cidrs).size === cidrs.length, must("a list without repetitions"))
    .optional(),
  /** Absent: everything is made but our own processes, as before their first images are pushed. */
  images: images.optional(),
  /** Where images of Docker Hub are pulled from instead, such as a pull-through cache. */
  dockerHubMirror: matching(imagePath, "host/path").optional(),
  /** What the accelerator lets through to this region. 0 drains it. */
  trafficPercent: whole(0, 100).default(100),
  /**
   * What one connection of a device may send before its edge reads it: more waits at the device. "off"
   * leaves that to the edges.
   */
  fence,
  /** What becomes of devices whose reports are attacks. */
  enforcement,
  /** What becomes of alerts that no known publisher has signed: nothing, a finding, or they are held. */
  signatures: z
    .enum(signaturePolicies, must(`one of ${signaturePolicies.join(", ")}`))
    .default("off"),
  /** What devices prove themselves with. */
  deviceAuth: z.enum(deviceAuths, must('"secret" or "certificate"')).default("secret"),
  /** PEM: the edges let nobody in who has no certificate of it, secret or not. */
  deviceCa: deviceCa.optional(),
  /** What edges prove themselves with to devices. */
  deviceCertificates: deviceCertificates.default({ issuer: "internal" }),
  operatorRoleArns: z.array(roleArn, must("a list")).default([]),
  /** From where the Kubernetes API can be reached over the internet. Empty: from nowhere. */
  publicEndpointCidrs: z.array(callerCidr("the Kubernetes API"), must("a list")).default([]),
  /** Private ranges outside of the cluster, such as a runner's, from where that API can be reached. */
  privateEndpointCidrs: z.array(callerCidr("the Kubernetes API"), must("a list")).default([]),
  /** Roles that may look at the cluster and change nothing: those of previews. */
  previewRoleArns: z.array(roleArn, must("a list")).default([]),
  /** Who may use the API, besides one token for each role that the stack makes itself. */
  apiTokens: z.array(apiToken, must("a list")).default([]),
  /** The identity provider by which people may sign in at the console's page, besides by tokens. */
  oidc,
  /** Public keys by which audit records were signed before their writer got a new one. */
  formerAuditKeys: z.array(AuditKeyEntrySchema, must("a list")).max(50).default([]),
  monitoring: flag.default(true),
  instanceTypes: z
    .strictObject(
      {
        core: instanceType.optional(),
        edge: instanceType.optional(),
        apps: instanceType.optional(),
      },
      must("an object such as {core: r8g.xlarge}"),
    )
    .optional(),
  /** Must be false before `pulumi destroy` can delete what holds data. */
  deletionProtection: flag.default(true),
  /** Folder of the runbooks that alerts link to, where it can be read in a browser. */
  runbookBaseUrl: z.string(must("an address or a path")).default("docs/runbooks"),
  /** Who is told of incidents by signed webhooks, besides the region's Alertmanager. */
  incidentWebhooks: z
    .array(
      z.strictObject(
        {
          name: matching(/^[a-z0-9-]{1,40}$/, "1 to 40 of a-z, 0-9 and -"),
          url: webhookAddress,
        },
        must("an object such as {name: desk, url: https://…}"),
      ),
      must("a list"),
    )
    .max(19, must("a list of at most 19"))
    .refine(
      (hooks) =>
        new Set([...alertmanagerNames, ...hooks.map((hook) => hook.name)]).size ===
        hooks.length + alertmanagerNames.length,
      must(`a list whose names differ, none of them ${alertmanagerNames.join(" or ")}`),
    )
    .default([]),
  /** Receives what Alertmanager fires. */
  alertWebhookUrl: z.string(httpsAddressRule).refine(isHttpsAddress, httpsAddressRule).optional(),
});

export type StackSettings = z.infer<typeof stackSettingsSchema>;
export const settingNames = Object.keys(stackSettingsSchema.shape);
