import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import {
  type AuditKeyEntry,
  type AuditKeyFile,
  type AuditSignerName,
  auditSignerNames,
} from "../../app/contract/audit-keys.ts";

type BySigner<T> = Readonly<Record<AuditSignerName, T>>;

const bySigner = <T>(make: (signer: AuditSignerName) => T) =>
  Object.fromEntries(auditSignerNames.map((signer) => [signer, make(signer)])) as BySigner<T>;

/**
 * An Ed25519 key for each who signs audit records, and the file by which they are verified. The
 * public keys travel by stack output and Secret, never by NATS: whoever may write to AUDIT must not
 * say whose signature counts.
 */
export function auditKeyPairs(
  name: string,
  former: readonly AuditKeyEntry[],
  parent: pulumi.Resource,
): {
  readonly privateKeys: BySigner<pulumi.Output<string>>;
  readonly publicFile: pulumi.Output<string>;
} {
  const pairs = bySigner(
    (signer) => new tls.PrivateKey(`${name}-audit-${signer}`, { algorithm: "ED25519" }, { parent }),
  );
  const current = auditSignerNames.map((signer) =>
    pairs[signer].publicKeyPem.apply((publicKey): AuditKeyEntry => ({ signer, publicKey })),
  );
  return {
    privateKeys: bySigner((signer) => pairs[signer].privateKeyPemPkcs8),
    publicFile: pulumi.unsecret(
      pulumi.all(current).apply((keys) => {
        const file: AuditKeyFile = { keys: [...keys, ...former] };
        return JSON.stringify(file);
      }),
    ),
  };
}
