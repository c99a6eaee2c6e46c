import type { AuditSignerName } from "../contract/audit-keys.ts";
import { followFiles } from "../shared/followed-files.ts";
import type { Logger } from "../shared/log.ts";
import type { SignedHead } from "./audit-head.ts";
import { type AuditKeyRing, auditKeyRingIn } from "./audit-key-ring.ts";
import { type AuditSigner, auditSignerIn } from "./audit-signer.ts";

export interface AuditKeyFiles {
  readonly AUDIT_KEY_FILE: string;
  readonly AUDIT_KEYS_FILE: string;
}

interface Keys {
  readonly signer: AuditSigner;
  readonly ring: AuditKeyRing;
}

/** @throws AuditKeyInvalid, also when nobody would believe what is signed. */
function read({ AUDIT_KEY_FILE, AUDIT_KEYS_FILE }: AuditKeyFiles, name: AuditSignerName): Keys {
  const signer = auditSignerIn(AUDIT_KEY_FILE);
  const ring = auditKeyRingIn(AUDIT_KEYS_FILE);
  ring.requireKey(signer.keyId, name);
  return { signer, ring };
}

/** What a process signs audit records with, and whom it believes: by its files as they are now. */
export class RenewedAuditKeys {
  readonly #files: AuditKeyFiles;
  readonly #name: AuditSignerName;
  #keys: Keys;

  /** @throws AuditKeyInvalid */
  constructor(files: AuditKeyFiles, name: AuditSignerName) {
    this.#files = files;
    this.#name = name;
    this.#keys = read(files, name);
  }

  get signer(): AuditSigner {
    return this.#keys.signer;
  }

  get ring(): AuditKeyRing {
    return this.#keys.ring;
  }

  believes(head: SignedHead): boolean {
    return this.#keys.ring.believes(head);
  }

  /**
   * Takes renewed keys. What cannot be used leaves those that were read before, and is looked at
   * again when a file changes: the two may come one after the other.
   *
   * @param onSigner called when records are to be signed with another key from now on.
   * @returns ends it.
   */
  follow(onSigner: (signer: AuditSigner) => void, log: Logger): () => void {
    const take = () => {
      const former = this.#keys.signer.keyId;
      try {
        this.#keys = read(this.#files, this.#name);
      } catch (error) {
        log.error({ err: error }, "changed audit keys cannot be used; those of before stay");
        return;
      }
      const { keyId } = this.#keys.signer;
      log.info({ key: keyId }, "audit keys were read");
      if (keyId !== former) onSigner(this.#keys.signer);
    };
    const { AUDIT_KEY_FILE, AUDIT_KEYS_FILE } = this.#files;
    const end = followFiles([AUDIT_KEY_FILE, AUDIT_KEYS_FILE], take);
    // They may have changed since they were read.
    take();
    return end;
  }
}
