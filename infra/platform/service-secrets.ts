import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { accountKeyOf, accountNameOf, accountSeedOf } from "../../app/auth/nkey.ts";
import { passwordVariable, type ServiceUser, serviceUsersOf } from "../../app/contract/accounts.ts";
import { changeReader, mirrorMaker } from "../../app/contract/peers.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { coreUsers, edgeUsers } from "../messaging/nats-config.ts";
import { passwordsFile } from "../messaging/nats-pods.ts";
import { randomPassword } from "./random-password.ts";

export interface ServiceSecretsArgs {
  readonly namespace: string;
  /** The other regions, for each of which there are a user who makes its mirrors and one who reads them. */
  readonly peers: readonly RegionName[];
}

/** Who mounts which Secret: each workload its own, and the operator's is read by people. */
export const secretOwners = [
  "nats-core",
  "nats-edge",
  "bridge",
  "inspector",
  "auth",
  "provision",
  "operator",
] as const;
export type SecretOwner = (typeof secretOwners)[number];

type Files = Readonly<Record<string, pulumi.Output<string>>>;
interface Generated {
  readonly peers: readonly RegionName[];
  readonly passwordOf: (user: string) => pulumi.Output<string>;
  readonly issuerSeed: pulumi.Output<string>;
}

/** File of a Secret in which a process finds the password of its own user. */
export const ownPassword = "password";
/** The same of its user in the source account of a peer. */
export const peerPassword = (peer: RegionName) => `password-from-${peer}`;

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
  const { peers, passwordOf, issuerSeed } = generated;
  const own = (user: string) => ({ [ownPassword]: passwordOf(user) });
  const ofPeers = (user: (peer: RegionName) => string) =>
    Object.fromEntries(peers.map((peer) => [peerPassword(peer), passwordOf(user(peer))]));
  return {
    "nats-core": { [passwordsFile]: passwordLines(coreUsers(peers), generated) },
    "nats-edge": { [passwordsFile]: passwordLines(edgeUsers(), generated) },
    bridge: own("bridge"),
    inspector: own("inspector"),
    auth: {
      ...own("auth"),
      "callout-password": passwordOf("auth-callout"),
      "closer-password": passwordOf("session-closer"),
      "issuer-seed": issuerSeed,
      ...ofPeers(changeReader),
    },
    provision: {
      ...own("provision"),
      "warmup-password": passwordOf("warmup"),
      ...ofPeers(mirrorMaker),
    },
    operator: own("operator"),
  };
}

/** Every secret that our processes and the NATS servers share, generated once and kept in state. */
export class ServiceSecrets extends pulumi.ComponentResource {
  /** Public key of the account whose signature on an auth callout answer is believed. */
  readonly authIssuer: pulumi.Output<string>;
  /** Names of the Secrets. */
  readonly names: Readonly<Record<SecretOwner, pulumi.Output<string>>>;

  constructor(name: string, args: ServiceSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:ServiceSecrets", name, {}, opts);
    const passwords = new Map(
      serviceUsersOf(args.peers).map((user) => [
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
    const files = secretFiles({ peers: args.peers, passwordOf, issuerSeed });

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
    this.registerOutputs({ authIssuer: this.authIssuer });
  }
}
