import { X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** The certificates of a PEM text: one, or an old and a new one while an authority is renewed. */
function certificatesIn(pem: string): readonly X509Certificate[] {
  return [...pem.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));
}

/** Why edges cannot be told to believe these authorities. Undefined: they can. */
export function deviceCaMistake(pem: string, nowMs: number): string | undefined {
  const blocks = [...pem.matchAll(BLOCK)];
  const other = blocks.find(([, kind]) => kind !== "CERTIFICATE")?.[1];
  // Never quoted: it may be the authority's key.
  if (other !== undefined) return `must hold certificates only; it has a ${other}`;
  if (blocks.length === 0) return "must be the certificate of an authority in PEM form";
  for (const [index, [block]] of blocks.entries()) {
    const mistake = authorityMistake(block, nowMs);
    if (mistake) return `${mistake} (certificate ${index + 1} of ${blocks.length})`;
  }
  return undefined;
}

function authorityMistake(block: string, nowMs: number): string | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(block);
  } catch {
    return "must be certificates in PEM form; one cannot be read";
  }
  if (!certificate.ca) return "must be certificates of authorities; one may not issue others";
  if (certificate.validToDate.getTime() > nowMs) return undefined;
  return `must be certificates that are valid; one ended on ${certificate.validToDate.toISOString().slice(0, 10)}`;
}

/** Which authorities those are, in a few words. */
export function deviceCaName(pem: string): string {
  return certificatesIn(pem)
    .map(({ subject, fingerprint256 }) => `${subject} (${fingerprint256.slice(0, 11)}…)`)
    .join(" and ");
}

/** The certificates alone, as nats-server and OpenSSL read a file of several. */
export function deviceCaFile(pem: string): string {
  return certificatesIn(pem)
    .map((certificate) => certificate.toString())
    .join("");
}
