import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { auditKeyId } from "../contract/audit-keys.ts";
import { type AuditHead, headText, type SignedHead } from "./audit-head.ts";

/** A key file does not hold what it should. The message never contains its content. */
export class AuditKeyInvalid extends Error {
  override readonly name = "AuditKeyInvalid";
}

export interface AuditSigner {
  readonly keyId: string;
  sign(head: AuditHead): SignedHead;
  /** The signature of a text that says itself what it is. */
  signText(text: Buffer): string;
}

/**
 * Signs with an Ed25519 private key in PEM (PKCS #8).
 *
 * @throws AuditKeyInvalid
 */
export function auditSigner(pem: string): AuditSigner {
  const key = privateKeyOf(pem);
  const keyId = auditKeyId(createPublicKey(key));
  const signText = (text: Buffer) => `${keyId}.${sign(null, text, key).toString("base64url")}`;
  return {
    keyId,
    sign: (head) => ({ ...head, signature: signText(headText(head)) }),
    signText,
  };
}

const readText = (file: string) => readFileSync(file, "utf8");

/** @throws AuditKeyInvalid */
export const auditSignerIn = (file: string, read = readText): AuditSigner => {
  try {
    return auditSigner(read(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuditKeyInvalid(`AUDIT_KEY_FILE ${file}: ${reason}`, { cause: error });
  }
};

function privateKeyOf(pem: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Said below, without what the library may quote.
  }
  throw new AuditKeyInvalid("it must hold an Ed25519 private key in PEM (BEGIN PRIVATE KEY)");
}
