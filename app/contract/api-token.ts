import { hash } from "node:crypto";

/** What the holder of a token may do in the API: each role all that those before it may. */
export const apiRoles = ["viewer", "operator", "admin"] as const;
export type ApiRole = (typeof apiRoles)[number];

export const mayAct = (held: ApiRole, needed: ApiRole) =>
  apiRoles.indexOf(held) >= apiRoles.indexOf(needed);

/** What the tokens file holds of a token: enough to know it again, not to use it. */
export interface ApiTokenEntry {
  /** The audit calls its holder `api:<name>`. */
  readonly name: string;
  readonly role: ApiRole;
  /** SHA-256 of the token, in hex. */
  readonly sha256: string;
}

export const apiTokenName = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const apiTokenNameRule = "1 to 63 of a-z, 0-9 and -, a letter or digit first";

/** A token of 32 random bytes. Scanners for leaked secrets find it by its prefix. */
export const apiTokenOf = (random: Uint8Array) =>
  `snt_${Buffer.from(random).toString("base64url")}`;

/** One hash without salt is enough: nobody can guess 256 random bits. */
export const apiTokenDigest = (token: string) => hash("sha256", token);
