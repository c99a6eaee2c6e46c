import type { X509Certificate } from "node:crypto";

const FINGERPRINT = /^[0-9a-f]{64}$/;

/** SHA-256 of a certificate, in hexadecimal digits, small ones and no colons. */
export function isFingerprint(value: string): boolean {
  return FINGERPRINT.test(value);
}

/** Of the whole certificate (DER), as `openssl x509 -fingerprint -sha256` prints it with colons. */
export function fingerprintOf(certificate: X509Certificate): string {
  return parseFingerprint(certificate.fingerprint256);
}

/** The form that is compared, of one that has colons or capitals. Not checked. */
export function parseFingerprint(text: string): string {
  return text.replaceAll(":", "").toLowerCase();
}
