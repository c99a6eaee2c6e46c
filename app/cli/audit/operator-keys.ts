import { type AuditKeyRing, auditKeyRingIn } from "../../audit/audit-key-ring.ts";
import { AuditKeyInvalid, type AuditSigner, auditSignerIn } from "../../audit/audit-signer.ts";
import { OperatorError } from "../operator-error.ts";
import {
  auditKeyShape,
  auditKeysShape,
  settingsFrom,
  type Variables,
} from "../operator-settings.ts";
import { readTrustedFile } from "../trusted-file.ts";

/** Whoever writes them signs as us, or makes us believe in his records. */
const trusted = (file: string) => readTrustedFile(file);

function read<T>(what: () => T): T {
  try {
    return what();
  } catch (error) {
    if (error instanceof AuditKeyInvalid) throw new OperatorError(error.message);
    throw error;
  }
}

/** Signs what the operator changes. @throws OperatorError */
export const operatorSigner = (variables: Variables): AuditSigner =>
  read(() => auditSignerIn(settingsFrom(auditKeyShape, variables).AUDIT_KEY_FILE, trusted));

/** The keys that audit records are verified by. @throws OperatorError */
export const verifierKeys = (variables: Variables): AuditKeyRing =>
  read(() => auditKeyRingIn(settingsFrom(auditKeysShape, variables).AUDIT_KEYS_FILE, trusted));
