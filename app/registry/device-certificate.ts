import { X509Certificate } from "node:crypto";

/** A certificate that says that its holder is a device. */
export interface DeviceCertificate {
  /** The one common name of its subject. Undefined when it has none, or several. */
  readonly commonName: string | undefined;
  /** SHA-256 of the whole certificate (DER), in the form of `isFingerprint`. */
  readonly fingerprint: string;
  /** Lines of `name=value`, as OpenSSL escapes them. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** When it ends, in milliseconds since 1970. */
  readonly notAfter: number;
}

const FINGERPRINT = /^[0-9a-f]{64}$/;
/** As people give one: a colon behind any of the digits, or none. */
export const fingerprintPattern = /^\s*:*(?:[0-9A-Fa-f]:*){64}\s*$/;
export const fingerprintRule = "a SHA-256 of 64 hexadecimal digits, with or without colons";

/** In the form that is stored and compared: small letters, no colons. */
export function isFingerprint(value: string): boolean {
  return FINGERPRINT.test(value);
}

/** That form of one as `openssl x509 -fingerprint -sha256` prints it. Whatever else it is, is kept. */
export function plainFingerprint(text: string): string {
  return text.trim().replaceAll(":", "").toLowerCase();
}

/**
 * Reads a certificate in PEM; of several the first. Undefined: OpenSSL takes it for none. Never
 * throws.
 */
export function readDeviceCertificate(pem: string): DeviceCertificate | undefined {
  try {
    const certificate = new X509Certificate(pem);
    // Undefined although the type denies it: names may be empty.
    const subject: string | undefined = certificate.subject;
    const issuer: string | undefined = certificate.issuer;
    const notAfter = certificate.validToDate.getTime();
    if (Number.isNaN(notAfter)) return undefined;
    return {
      commonName: onlyCommonName(subject ?? ""),
      fingerprint: plainFingerprint(certificate.fingerprint256),
      subject: subject ?? "",
      issuer: issuer ?? "",
      serialNumber: certificate.serialNumber,
      notAfter,
    };
  } catch {
    return undefined;
  }
}

/**
 * Line ends and plus signs separate the parts of a name and are escaped within them, so that no
 * value can pass for a further part. What is escaped stays so: it is in no client id.
 */
function onlyCommonName(subject: string): string | undefined {
  const names = subject.split(/\n| \+ /).filter((part) => part.startsWith("CN="));
  return names.length === 1 ? names[0]?.slice("CN=".length) : undefined;
}
