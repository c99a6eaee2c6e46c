import { type KeyObject, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  type AuditKeyFile,
  AuditKeyFileSchema,
  type AuditSignerName,
  auditKeyId,
  auditSigners,
  ed25519KeyOf,
} from "../contract/audit-keys.ts";
import type { AuditKind } from "../contract/subjects.ts";
import { headText, type SignedHead, signaturePattern } from "./audit-head.ts";
import { AuditKeyInvalid } from "./audit-signer.ts";

/** The public keys of a region's audit writers. */
export class AuditKeyRing {
  readonly #keys = new Map<string, { readonly key: KeyObject; readonly signer: AuditSignerName }>();
  /** In milliseconds since 1970; undefined: every record must be signed. */
  readonly unsignedBefore: number | undefined;

  constructor({ keys, unsignedBefore }: AuditKeyFile) {
    for (const { signer, publicKey } of keys) {
      const key = ed25519KeyOf(publicKey);
      if (key) this.#keys.set(auditKeyId(key), { key, signer });
    }
    this.unsignedBefore = unsignedBefore === undefined ? undefined : Date.parse(unsignedBefore);
  }

  /** Whether a signature names a key whose signer writes records of this kind. */
  mayWrite(signature: string, kind: AuditKind): boolean {
    const entry = this.#keys.get(keyIdOf(signature));
    return entry !== undefined && auditSigners[entry.signer] === kind;
  }

  /** Whether one of the region's writers has signed this very head. */
  believes(head: SignedHead): boolean {
    return this.#signerOf(headText(head), head.signature) !== undefined;
  }

  /** Whether the region's archive has signed this very text. */
  believesArchive(text: Buffer, signature: string): boolean {
    return this.#signerOf(text, signature) === "archive";
  }

  #signerOf(text: Buffer, signed: string): AuditSignerName | undefined {
    const [, keyId = "", signature = ""] = signaturePattern.exec(signed) ?? [];
    const entry = this.#keys.get(keyId);
    if (!entry) return undefined;
    const right = verify(null, text, entry.key, Buffer.from(signature, "base64url"));
    return right ? entry.signer : undefined;
  }

  /** @throws AuditKeyInvalid when what this key signs would be believed by nobody. */
  requireKey(keyId: string, signer: AuditSignerName): void {
    if (this.#keys.get(keyId)?.signer === signer) return;
    throw new AuditKeyInvalid(
      `AUDIT_KEYS_FILE has no key ${keyId} of ${signer}, which AUDIT_KEY_FILE signs with; add its public key`,
    );
  }
}

export const keyIdOf = (signature: string): string => signature.slice(0, 16);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const readText = (file: string) => readFileSync(file, "utf8");

/** @throws AuditKeyInvalid that says what is wrong with the file. */
export function auditKeyRingIn(file: string, read = readText): AuditKeyRing {
  const invalid = (reason: string) => new AuditKeyInvalid(`AUDIT_KEYS_FILE ${file}: ${reason}`);
  let value: unknown;
  try {
    value = JSON.parse(read(file));
  } catch (error) {
    throw invalid(error instanceof SyntaxError ? "it is not JSON" : messageOf(error));
  }
  const result = AuditKeyFileSchema.safeParse(value);
  if (result.success) return new AuditKeyRing(result.data);
  const reasons = result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw invalid(reasons.join("; "));
}
