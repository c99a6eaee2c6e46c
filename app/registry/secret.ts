import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What is stored of a device's secret: 32 bytes of hash, 16 bytes of salt. */
export interface SecretHash {
  readonly hash: Uint8Array;
  readonly salt: Uint8Array;
}

/** A secret that came from elsewhere: printable ASCII without blanks, as long as 128 bits in hex. */
const IMPORTABLE_SECRET = /^[\x21-\x7e]{32,256}$/;

export function isImportableSecret(value: string): boolean {
  return IMPORTABLE_SECRET.test(value);
}

/** A new device secret: 256 random bits in base64url. It is shown once and stored only as a hash. */
export function issueSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Hashes a secret for storage.
 *
 * One HMAC-SHA-256 with a salt, not a slow password hash: those make guessing dear when people
 * choose the password, and nobody can guess 256 random bits. A slow hash would only make each of
 * 750,000 reconnecting devices cost us tens of milliseconds.
 */
export function hashSecret(secret: string): SecretHash {
  const salt = randomBytes(16);
  return { salt, hash: digest(secret, salt) };
}

/** Compares in constant time. */
export function verifySecret(secret: string, stored: SecretHash): boolean {
  const offered = digest(secret, stored.salt);
  return offered.length === stored.hash.length && timingSafeEqual(offered, stored.hash);
}

function digest(secret: string, salt: Uint8Array): Buffer {
  return createHmac("sha256", salt).update(secret).digest();
}
