import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAccount } from "@nats-io/nkeys";
import {
  type ApiRole,
  type ApiTokenEntry,
  apiRoles,
  apiTokenDigest,
  apiTokenOf,
} from "../app/contract/api-token.ts";
import {
  type AuditKeyEntry,
  type AuditSignerName,
  auditSignerNames,
} from "../app/contract/audit-keys.ts";

export interface Secrets {
  /** File that holds the password of one of the contract's service users. */
  passwordFile(user: string): string;
  /** File that holds the password of one of the upstream broker's users. */
  upstreamPasswordFile(user: string): string;
  /** Key from which the bridges' sessions at the upstream broker have their names. */
  readonly upstreamSessionKeyFile: string;
  /** Account seed that signs what the auth service answers. */
  readonly issuerSeedFile: string;
  /** What the API knows of its tokens. */
  readonly apiTokensFile: string;
  /** File that holds the API token of a role. */
  apiTokenFile(role: ApiRole): string;
  readonly issuerPublicKey: string;
  /** Private key by which a writer signs its audit records. */
  auditKeyFile(signer: AuditSignerName): string;
  /** Public keys of all of them. */
  readonly auditKeysFile: string;
}

/** Makes every secret of a region once; the files are readable by their owner only. */
export function ensureSecrets(directory: string): Secrets {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ensure = (name: string, make: () => string) => {
    const file = join(directory, name);
    if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
    return file;
  };
  // A letter first: nats-server would read a value that starts with digits as a number.
  const password = () => `p${randomBytes(24).toString("hex")}`;

  const passwordFile = (user: string) => ensure(`nats-${user}.password`, password);
  const issuer = createAccount();
  const publicKeyFile = join(directory, "auth-issuer.public");
  const issuerSeedFile = ensure("auth-issuer.seed", () => {
    writeFileSync(publicKeyFile, issuer.getPublicKey());
    return new TextDecoder().decode(issuer.getSeed());
  });
  const apiTokenFile = (role: ApiRole) =>
    ensure(`api-${role}.token`, () => apiTokenOf(randomBytes(32)));
  const apiTokens = () =>
    apiRoles.map((role): ApiTokenEntry => {
      const sha256 = apiTokenDigest(readFileSync(apiTokenFile(role), "utf8"));
      return { name: role, role, sha256 };
    });
  const auditKeyFile = (signer: AuditSignerName) =>
    ensure(`audit-${signer}.key`, () =>
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    );
  const auditKeys = () =>
    auditSignerNames.map((signer): AuditKeyEntry => {
      const key = createPublicKey(readFileSync(auditKeyFile(signer)));
      return { signer, publicKey: key.export({ type: "spki", format: "pem" }).toString() };
    });
  // Anew each time: a folder of before may lack a signer.
  const auditKeysFile = join(directory, "audit-keys.json");
  writeFileSync(auditKeysFile, JSON.stringify({ keys: auditKeys() }, null, 2), { mode: 0o600 });
  return {
    apiTokenFile,
    apiTokensFile: ensure("api-tokens.json", () => JSON.stringify(apiTokens(), null, 2)),
    passwordFile,
    upstreamPasswordFile: (user) => ensure(`upstream-${user}.password`, password),
    upstreamSessionKeyFile: ensure("upstream-session.key", password),
    issuerSeedFile,
    issuerPublicKey: readFileSync(publicKeyFile, "utf8"),
    auditKeyFile,
    auditKeysFile,
  };
}
