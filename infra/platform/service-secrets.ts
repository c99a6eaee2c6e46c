import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { accountKeyOf, accountNameOf, accountSeedOf } from "../../app/auth/callout/nkey.ts";
import {
  type ApiRole,
  type ApiTokenEntry,
  apiRoles,
  apiTokenDigest,
  apiTokenOf,
} from "../../app/contract/api-token.ts";
import type { AuditKeyEntry, AuditSignerName } from "../../app/contract/audit-keys.ts";
import { changeReader, sourceAccount } from "../../app/contract/peers.ts";
import { coreUsers } from "../../app/contract/region-users.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { passwordVariable, type ServiceUser } from "../../app/contract/service-user.ts";
import { type StoreAccount, storeAccounts } from "../../app/contract/stores.ts";
import { mqttStreamMaker, streamMaker } from "../../app/contract/stream-makers.ts";
import { passwordsFile } from "../messaging/nats-pods.ts";
import { auditKeyPairs } from "./audit-key-pairs.ts";
import { type IncidentReceivers, incidentReceivers } from "./incident-receivers.ts";
import { randomPassword } from "./random-password.ts";

export interface ServiceSecretsArgs {
  readonly namespace: string;
  /** The other regions, for each of which there are a user who makes its mirrors and one who reads them. */
  readonly peers: readonly RegionName[];
  /** Public keys that audit records were signed with before. */
  readonly formerAuditKeys: readonly AuditKeyEntry[];
  /** Who may use the API, besides one token of each role that is made here for operators. */
  readonly apiTokens: readonly ApiTokenEntry[];
  /** Who is told of incidents. */
  readonly incidentReceivers: IncidentReceivers;
}

/** Who mounts which Secret: each workload its own, and the operator's is read by people. */
export const secretOwners = [
  "nats-core",
  "bridge",
  "meter",
  "delivery",
  "inspector",
  "report-inspector",
  "auth",
  "console",
  "archive",
  "mender",
  "aggregator",
  "provision",
  "operator",
] as const;
export type SecretOwner = (typeof secretOwners)[number];

type Files = Readonly<Record<string, pulumi.Output<string>>>;
interface Generated {
  readonly peers: readonly RegionName[];
  readonly passwordOf: (user: string) => pulumi.Output<string>;
  readonly issuerSeed: pulumi.Output<string>;
  readonly sessionKey: pulumi.Output<string>;
  /** Private keys of those who sign audit records. */
  readonly auditKeys: Readonly<Record<AuditSignerName, pulumi.Output<string>>>;
  readonly auditKeysFile: pulumi.Output<string>;
  /** A token of each role. */
  readonly apiTokens: Readonly<Record<ApiRole, pulumi.Output<string>>>;
  readonly moreApiTokens: readonly ApiTokenEntry[];
  readonly receivers: ReturnType<typeof incidentReceivers>;
}

/** File of a Secret in which a process finds the password of its own user. */
export const ownPassword = "password";
/** The same of the user who makes the streams of an account. */
export const accountPassword = (account: StoreAccount) =>
  `password-${account.toLowerCase().replaceAll("_", "-")}`;
/** The same of the user who makes the streams of the account of the devices. */
export const devicesPassword = "password-devices";
/** The same of its user for a peer. */
export const peerPassword = (peer: RegionName) => `password-from-${peer}`;

/** File of the bridge's Secret: the key from which its sessions at the upstream broker have their names. */
export const upstreamSessionKey = "upstream-session-key";

/** File of a writer's Secret by which it signs its audit records. */
export const auditKeyFile = "audit-key";
/** Public keys of all who do. */
export const auditKeysFile = "audit-keys.json";
/** File of the console's Secret: who may use the API. Holds hashes only. */
export const apiTokensFile = "api-tokens.json";
/** File of the aggregator's Secret: who is told of incidents, and the keys by which webhooks are signed. */
export const receiversFile = "receivers.json";
/** Files of the operator's Secret: what whoever receives a webhook verifies it by. */
const webhookSecretFile = (webhook: string) => `webhook-secret-${webhook}`;
/** Files of the operator's Secret: the tokens themselves. */
const apiTokenFile = (role: ApiRole) => `api-token-${role}`;

function apiTokenEntries({ apiTokens, moreApiTokens }: Generated): pulumi.Output<string> {
  const made = apiRoles.map((role) =>
    apiTokens[role].apply(
      (token): ApiTokenEntry => ({ name: role, role, sha256: apiTokenDigest(token) }),
    ),
  );
  return pulumi.all(made).apply((entries) => JSON.stringify([...entries, ...moreApiTokens]));
}

/** What nats-server includes: the passwords of exactly the users that its configuration names. */
function passwordLines(users: readonly ServiceUser[], { passwordOf }: Generated) {
  return pulumi
    .all(users.map(({ name }) => passwordOf(name)))
    .apply((passwords) =>
      users.map(({ name }, i) => `${passwordVariable(name)}: "${passwords[i]}"\n`).join(""),
    );
}

/** The files of each Secret: no pod is given what it does not need. */
function secretFiles(generated: Generated): Readonly<Record<SecretOwner, Files>> {
  const { peers, passwordOf, issuerSeed, apiTokens, sessionKey } = generated;
  const signing = (signer: AuditSignerName) => ({
    [auditKeyFile]: generated.auditKeys[signer],
    [auditKeysFile]: generated.auditKeysFile,
  });
  const own = (user: string) => ({ [ownPassword]: passwordOf(user) });
  const ofPeers = (user: (peer: RegionName) => string) =>
    Object.fromEntries(peers.map((peer) => [peerPassword(peer), passwordOf(user(peer))]));
  return {
    "nats-core": { [passwordsFile]: passwordLines(coreUsers(peers), generated) },
    bridge: { ...own("bridge"), [upstreamSessionKey]: sessionKey },
    meter: own("meter"),
    delivery: own("delivery"),
    inspector: { ...own("inspector"), ...signing("inspector") },
    "report-inspector": { ...own("report-inspector"), ...signing("report-inspector") },
    auth: {
      ...own("auth"),
      "callout-password": passwordOf("auth-callout"),
      "closer-password": passwordOf("session-closer"),
      "issuer-seed": issuerSeed,
      ...signing("auth"),
      ...ofPeers(changeReader),
    },
    provision: {
      ...Object.fromEntries(
        storeAccounts.map((each) => [accountPassword(each), passwordOf(streamMaker(each))]),
      ),
      [devicesPassword]: passwordOf(mqttStreamMaker),
      ...ofPeers((peer) => streamMaker(sourceAccount(peer))),
    },
    console: {
      ...own("console"),
      ...signing("console"),
      [apiTokensFile]: apiTokenEntries(generated),
    },
    archive: { ...own("archive"), ...signing("archive") },
    mender: { ...own("mender"), ...signing("mender") },
    aggregator: { ...own("aggregator"), [receiversFile]: generated.receivers.file },
    operator: {
      ...own("operator"),
      ...signing("operator"),
      ...Object.fromEntries(apiRoles.map((role) => [apiTokenFile(role), apiTokens[role]])),
      ...Object.fromEntries(
        Object.entries(generated.receivers.secrets).map(([webhook, secret]) => [
          webhookSecretFile(webhook),
          secret,
        ]),
      ),
    },
  };
}

/**
 * Every secret that our processes and the NATS core servers share, generated once and kept in state.
 * What an edge shares with the gate beside it they make themselves: see `edge-start.ts`.
 */
export class ServiceSecrets extends pulumi.ComponentResource {
  /** Public key of the account whose signature on an auth callout answer is believed. */
  readonly authIssuer: pulumi.Output<string>;
  /** What audit records are verified by: an `AuditKeyFile`. No secret. */
  readonly auditKeys: pulumi.Output<string>;
  /** Names of the Secrets. */
  readonly names: Readonly<Record<SecretOwner, pulumi.Output<string>>>;

  constructor(name: string, args: ServiceSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:ServiceSecrets", name, {}, opts);
    const passwords = new Map(
      coreUsers(args.peers).map((user) => [
        user.name,
        randomPassword(`${name}-${user.name}-password`, this),
      ]),
    );
    const passwordOf = (user: string) => {
      const password = passwords.get(user);
      if (!password) throw new pulumi.ResourceError(`the contract has no user ${user}`, this);
      return password;
    };
    const issuer = new random.RandomBytes(`${name}-issuer`, { length: 32 }, { parent: this });
    const issuerSeed = issuer.base64.apply((raw) => accountSeedOf(Buffer.from(raw, "base64")));
    const apiTokens = this.#apiTokens(name);
    const audit = auditKeyPairs(name, args.formerAuditKeys, this);
    const files = secretFiles({
      ...{ peers: args.peers, passwordOf, issuerSeed, apiTokens },
      sessionKey: randomPassword(`${name}-upstream-session-key`, this),
      ...{ auditKeys: audit.privateKeys, auditKeysFile: audit.publicFile },
      moreApiTokens: args.apiTokens,
      receivers: incidentReceivers(name, args.incidentReceivers, this),
    });

    const secretOf = (owner: SecretOwner) =>
      new kubernetes.core.v1.Secret(
        `${name}-${owner}`,
        {
          metadata: { name: `${owner}-secrets`, namespace: args.namespace },
          stringData: files[owner],
        },
        { parent: this },
      ).metadata.name;
    this.names = Object.fromEntries(
      secretOwners.map((owner) => [owner, secretOf(owner)]),
    ) as Record<SecretOwner, pulumi.Output<string>>;
    // Public, and part of a configuration whose changes are to be read in a preview.
    this.authIssuer = pulumi.unsecret(
      issuerSeed.apply((seed) => accountNameOf(accountKeyOf(seed))),
    );
    this.auditKeys = audit.publicFile;
    this.registerOutputs({ authIssuer: this.authIssuer, auditKeys: this.auditKeys });
  }

  #apiTokens(name: string) {
    const tokenOf = (role: ApiRole) => {
      const options = { length: 32 };
      const bytes = new random.RandomBytes(`${name}-api-${role}`, options, { parent: this });
      return bytes.base64.apply((raw) => apiTokenOf(Buffer.from(raw, "base64")));
    };
    return Object.fromEntries(apiRoles.map((role) => [role, tokenOf(role)])) as Record<
      ApiRole,
      pulumi.Output<string>
    >;
  }
}
