import { randomBytes, timingSafeEqual } from "node:crypto";
import { hmacSha256 } from "./sha256.ts";

/**
 * What is stored of a device's secret: 32 bytes of hash, 16 bytes of salt. In base64, because records
 * are cached by the hundred thousand: a short text takes less memory than an array of bytes, and one
 * that Node has decoded would keep the 8 KiB alive that it was cut from.
 */
export interface SecretHash {
  readonly hash: string;
  readonly salt: string;
}

/** The secret before the current one, which a device may go on using until it has the new one. */
export interface PreviousSecret extends SecretHash {
  /** Milliseconds since 1970 at which it stops being good. */
  readonly validUntil: number;
}

/** The secrets that a device may connect with. */
export interface DeviceSecrets {
  readonly secret: SecretHash;
  readonly previous?: PreviousSecret;
}

/** A secret that came from elsewhere: printable ASCII without blanks, as long as 128 bits in hex. */
const IMPORTABLE_SECRET = /^[\x21-\x7e]{32,256}$/;

export function isImportableSecret(value: string): boolean {
  return IMPORTABLE_SECRET.test(value);
}

/**
 * A new device secret: 256 random bits in base64url. It is shown once and stored only as a hash. None
 * begins with a dash: a spreadsheet that opens the secrets file would take it for a formula.
 */
export function issueSecret(): string {
  for (;;) {
    const secret = randomBytes(32).toString("base64url");
    if (!secret.startsWith("-")) return secret;
  }
}

/**
 * Hashes a secret for storage.
 *
 * One HMAC-SHA-256 with a salt, not a slow password hash: those make guessing dear when people
 * choose the password, and nobody can guess 256 random bits. A slow hash would only make each of
 * 750,000 reconnecting devices cost us tens of milliseconds.
 */
export function hashSecret(secret: string, salt = randomText(16)): SecretHash {
  return { salt, hash: digest(secret, salt).toString("base64") };
}

/** True for the very same hash, salt included: nobody but its maker can have stored that. */
export function sameSecret(a: SecretHash, b: SecretHash): boolean {
  return a.salt === b.salt && a.hash === b.hash;
}

/** Compares in constant time. */
export function verifySecret(secret: string, stored: SecretHash): boolean {
  const offered = digest(secret, stored.salt);
  const expected = Buffer.from(stored.hash, "base64");
  return offered.length === expected.length && timingSafeEqual(offered, expected);
}

/** What is compared where there is no previous secret; never good. */
const noPrevious: PreviousSecret = {
  hash: randomText(32),
  salt: randomText(16),
  validUntil: Number.NEGATIVE_INFINITY,
};

/**
 * Which of a device's secrets this is: the current one, or the previous one in its time. Takes the same
 * time whichever it is, and whether there is a previous one at all: nobody learns from it that a
 * device is being given a new secret.
 */
export function matchingSecret(
  stored: DeviceSecrets,
  secret: string,
  nowMs: number,
): SecretHash | undefined {
  const previous = stored.previous ?? noPrevious;
  const isCurrent = verifySecret(secret, stored.secret);
  const isPrevious = verifySecret(secret, previous);
  const inTime = nowMs < previous.validUntil;
  if (isCurrent) return stored.secret;
  return isPrevious && inTime ? previous : undefined;
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64");
}

function digest(secret: string, salt: string): Buffer {
  return hmacSha256(Buffer.from(salt, "base64")).update(secret).digest();
}
