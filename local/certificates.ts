import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import { leafHost } from "../infra/regions.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const validDays = 365;

interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly caFile: string;
  /** For nats-server: proves both ends of a cluster route, so it serves as client certificate too. */
  readonly nats: Pair;
  readonly edge: Pair;
  readonly upstream: Pair;
  readonly console: Pair;
  /** What a region proves itself with to its peers. */
  leaf(region: RegionName): Pair;
}

const privatePem = async (keys: webcrypto.CryptoKeyPair) =>
  x509.PemConverter.encode(
    await webcrypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );

function validity() {
  const notBefore = new Date(Date.now() - 60_000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + validDays * 86_400_000) };
}

async function issue(
  name: string,
  host: string | undefined,
  issuer: { name: string; key: webcrypto.CryptoKey },
) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString("hex"),
    subject: `CN=${name}`,
    issuer: issuer.name,
    ...validity(),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        ...(host === undefined ? [] : [{ type: "dns" as const, value: host }]),
      ]),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await privatePem(keys) };
}

/** Makes a CA and the servers' certificates, once: a folder that has all of them keeps them. */
export async function ensureCertificates(directory: string): Promise<Certificates> {
  const at = (name: string) => join(directory, name);
  const pair = (name: string) => ({ certFile: at(`${name}.pem`), keyFile: at(`${name}.key`) });
  const result: Certificates = {
    caFile: at("ca.pem"),
    nats: pair("nats"),
    edge: pair("edge"),
    upstream: pair("upstream"),
    console: pair("console"),
    leaf: (region) => pair(`leaf-${region}`),
  };
  const hosts = Object.fromEntries(
    regionNames.map((region) => [`leaf-${region}`, leafHost(region)]),
  );
  const roles = ["nats", "edge", "upstream", "console", ...Object.keys(hosts)];
  // One that an earlier version made lacks what came later, and the CA's key is gone: all anew.
  const complete = [result.caFile, ...roles.map((role) => pair(role).certFile)];
  if (complete.every((file) => existsSync(file))) return result;

  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const name = "CN=MQTT Sentinel local CA";
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString("hex"),
    name,
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
  for (const role of roles) {
    const issuer = { name, key: keys.privateKey };
    const { certificate, key } = await issue(role, hosts[role], issuer);
    writeFileSync(pair(role).certFile, certificate);
    writeFileSync(pair(role).keyFile, key, { mode: 0o600 });
  }
  // Last, since without it the folder is not complete. The CA's key is not kept.
  writeFileSync(result.caFile, ca.toString("pem"));
  return result;
}
