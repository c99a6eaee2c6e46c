import { generateKeyPairSync } from "node:crypto";
import { type AuditSignerName, auditSignerNames } from "../contract/audit-keys.ts";
import { AuditKeyRing } from "./audit-key-ring.ts";
import { auditSigner } from "./audit-signer.ts";

/** Both halves of a new key, in PEM. */
export function newKeyPair() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/** A signer of its own key, and that key's public half. */
export function newSigner() {
  const { privateKey, publicKey } = newKeyPair();
  return { signer: auditSigner(privateKey), publicKey };
}

const made = Object.fromEntries(auditSignerNames.map((name) => [name, newSigner()])) as Record<
  AuditSignerName,
  ReturnType<typeof newSigner>
>;

/** Who signs in tests. */
export const testSigners = {
  auth: made.auth.signer,
  console: made.console.signer,
  operator: made.operator.signer,
  inspector: made.inspector.signer,
  archive: made.archive.signer,
  mender: made.mender.signer,
};
export const testKeyFile = {
  keys: auditSignerNames.map((signer) => ({ signer, publicKey: made[signer].publicKey })),
};
export const testKeys = new AuditKeyRing(testKeyFile);
