import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const validDays = 365;

/** What can issue certificates. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

/** A certificate and its key, in PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface IssueOptions {
  /** Distinguished name, such as `CN=pump-7`. */
  readonly subject: string;
  readonly usages: readonly ("client" | "server")[];
  readonly hosts?: readonly { readonly type: "dns" | "ip"; readonly value: string }[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const serialNumber = () => randomBytes(16).toString("hex");
const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** PEM blocks end with a line end, so that files of them can be joined. */
export const certificatePem = (certificate: x509.X509Certificate) =>
  `${certificate.toString("pem").trimEnd()}\n`;

export const privateKeyPem = async (key: webcrypto.CryptoKey) =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");

function validity({ notBefore, notAfter }: Pick<IssueOptions, "notBefore" | "notAfter"> = {}) {
  const from = notBefore ?? new Date(Date.now() - 60_000);
  return {
    notBefore: from,
    notAfter: notAfter ?? new Date(from.getTime() + validDays * 86_400_000),
  };
}

export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${commonName}`,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
    ],
  });
  return { certificate, privateKey: keys.privateKey };
}

/** An authority that was made before, from its two PEM texts. */
export async function readAuthority({ certificate, key }: Issued): Promise<Authority> {
  const privateKey = await webcrypto.subtle.importKey(
    "pkcs8",
    x509.PemConverter.decodeFirst(key),
    algorithm,
    true,
    ["sign"],
  );
  return { certificate: new x509.X509Certificate(certificate), privateKey };
}

/** Issues a certificate for a new key. */
export async function issueCertificate(
  authority: Authority,
  { subject, usages, hosts = [], ...times }: IssueOptions,
): Promise<Issued> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: authority.certificate.subject,
    ...validity(times),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature),
      new x509.ExtendedKeyUsageExtension(
        usages.map((usage) => x509.ExtendedKeyUsage[`${usage}Auth`]),
      ),
      ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension([...hosts])] : []),
    ],
  });
  return { certificate: certificatePem(certificate), key: await privateKeyPem(keys.privateKey) };
}
