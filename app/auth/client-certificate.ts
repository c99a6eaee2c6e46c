import { X509Certificate } from "node:crypto";
import { fingerprintOf } from "../registry/certificate-fingerprint.ts";

/** A certificate that a device has shown, and that the edge has checked against the device CA. */
export interface ClientCertificate {
  /** The one common name of its subject. Undefined when it has none, or several. */
  readonly commonName: string | undefined;
  readonly fingerprint: string;
  /** Lines of `name=value`, as OpenSSL escapes them. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** When it ends, in milliseconds since 1970. */
  readonly notAfter: number;
}

/**
 * Reads a certificate in PEM. `unreadable`: OpenSSL takes it for none, although nats-server has
 * verified it. Never throws.
 */
export function readClientCertificate(pem: string): ClientCertificate | "unreadable" {
  try {
    const certificate = new X509Certificate(pem);
    // Undefined where the type says that there is a text: a subject may be empty.
    const subject: string | undefined = certificate.subject;
    const issuer: string | undefined = certificate.issuer;
    const notAfter = certificate.validToDate.getTime();
    if (Number.isNaN(notAfter)) return "unreadable";
    return {
      commonName: onlyCommonName(subject ?? ""),
      fingerprint: fingerprintOf(certificate),
      subject: subject ?? "",
      issuer: issuer ?? "",
      serialNumber: certificate.serialNumber,
      notAfter,
    };
  } catch {
    return "unreadable";
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
