import type { DeviceRecord } from "../../registry/device-record.ts";
import type { SecretHash } from "../../registry/secret.ts";

/** Of a salted hash, to tell apart the few secrets that one device had. */
const proofHexDigits = 8;

/** Of a fingerprint, which is no secret. */
const fingerprintHexDigits = 16;
/** In no proof by secret, whose digits it is not made of. */
const certificateMark = "cert-";

/** Names what a device proved itself with, without a hint at what it is. */
export const proofOf = ({ hash }: SecretHash): string =>
  Buffer.from(hash, "base64").toString("hex").slice(0, proofHexDigits);

/** The same of a device that proved itself with a certificate. */
export const certificateProof = (fingerprint: string): string =>
  `${certificateMark}${fingerprint.slice(0, fingerprintHexDigits)}`;

/**
 * The user name under which a session is known to its server. It is all that nats-server tells of
 * a session besides the client id, and the only way to see later how it was authenticated.
 */
export const sessionName = (clientId: string, proof: string): string => `${clientId}/${proof}`;

/** Undefined for the name of a user that is not a device. */
export function proofIn(name: string, clientId: string): string | undefined {
  const start = `${clientId}/`;
  return name.startsWith(start) ? name.slice(start.length) : undefined;
}

export const sessionFaults = ["deleted", "damaged", "inactive", "replaced"] as const;
/**
 * Why a session has to end: its device is gone, has a record that cannot be read, may no longer
 * connect, or is held to another secret or certificate.
 */
export type SessionFault = (typeof sessionFaults)[number];

/** Undefined as long as the login with which the session began would still be admitted. */
export function sessionFault(
  proof: string,
  record: DeviceRecord | undefined,
  nowMs: number,
): SessionFault | undefined {
  if (!record) return "deleted";
  if (record.status !== "active") return "inactive";
  const { secret, previous, certificateFingerprint: pinned } = record;
  if (proof.startsWith(certificateMark)) {
    return pinned === undefined || proof === certificateProof(pinned) ? undefined : "replaced";
  }
  if (proof === proofOf(secret)) return undefined;
  const inOverlap = previous && nowMs < previous.validUntil && proof === proofOf(previous);
  return inOverlap ? undefined : "replaced";
}
