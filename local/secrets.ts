import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAccount } from "@nats-io/nkeys";
import { passwordVariable, serviceUsersOf } from "../app/contract/accounts.ts";
import type { RegionName } from "../app/contract/regions.ts";

export interface Secrets {
  /** File that holds the password of one of the contract's service users. */
  passwordFile(user: string): string;
  /** File that holds the password of one of the upstream broker's users. */
  upstreamPasswordFile(user: string): string;
  /** Account seed that signs what the auth service answers. */
  readonly issuerSeedFile: string;
  readonly issuerPublicKey: string;
  /** What nats-server needs in its environment for the users of these accounts. */
  natsEnvironment(peers?: readonly RegionName[]): Record<string, string>;
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
  return {
    passwordFile,
    upstreamPasswordFile: (user) => ensure(`upstream-${user}.password`, password),
    issuerSeedFile,
    issuerPublicKey: readFileSync(publicKeyFile, "utf8"),
    natsEnvironment: (peers = []) =>
      Object.fromEntries(
        serviceUsersOf(peers).map(({ name }) => [
          passwordVariable(name),
          readFileSync(passwordFile(name), "utf8"),
        ]),
      ),
  };
}
