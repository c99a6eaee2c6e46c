import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { AuditKind } from "./subjects.ts";

/**
 * Who signs audit records, and of which kind; and who signs the archive of them. Each has an Ed25519
 * key that nobody else has.
 */
export const auditSigners = {
  auth: "auth",
  console: "registry",
  operator: "registry",
  mender: "copies",
  inspector: "quarantine",
  "report-inspector": "quarantine",
  archive: "archive",
} as const satisfies Record<string, AuditKind | "archive">;
export type AuditSignerName = keyof typeof auditSigners;
export const auditSignerNames = Object.keys(auditSigners) as readonly AuditSignerName[];

/** A public key whose signatures count, or did before its signer got another. */
export interface AuditKeyEntry {
  readonly signer: AuditSignerName;
  /** PEM, `BEGIN PUBLIC KEY`. */
  readonly publicKey: string;
}

/** The file by which a region's verifiers know its writers. It holds no secret. */
export interface AuditKeyFile {
  readonly keys: readonly AuditKeyEntry[];
  /** Chains that began before this moment may be unsigned: those of a time without keys. */
  readonly unsignedBefore?: string | undefined;
}

/** The Ed25519 key of a PEM text; undefined when it holds none. */
export function ed25519KeyOf(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A private key would be read as a public one: that must not stand where public ones are handed round. */
export const isPublicPem = (pem: string) =>
  pem.startsWith("-----BEGIN PUBLIC KEY-----") && ed25519KeyOf(pem) !== undefined;

export const AuditKeyEntrySchema = z.strictObject({
  signer: z.enum(auditSignerNames as [AuditSignerName, ...AuditSignerName[]]),
  publicKey: z
    .string()
    .refine(isPublicPem, "must be an Ed25519 public key in PEM (BEGIN PUBLIC KEY)"),
});

export const AuditKeyFileSchema = z.strictObject({
  keys: z.array(AuditKeyEntrySchema).min(1, "must hold a key").max(100),
  unsignedBefore: z.iso.datetime().optional(),
});

/** By what a signature names its key: 16 hex digits of the key's SHA-256. */
export const auditKeyId = (publicKey: KeyObject): string =>
  createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
