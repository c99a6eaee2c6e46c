import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import { leafHost } from "../infra/regions.ts";
import { type Authority, certificatePem, createAuthority, issueCertificate } from "./authority.ts";

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

const loopback = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
] as const;

const leaves = regionNames.map((region) => [`leaf-${region}`, leafHost(region)] as const);
const roles = [["nats"], ["edge"], ["upstream"], ["console"], ...leaves] as const;

const pairIn = (directory: string, role: string): Pair => ({
  certFile: join(directory, `${role}.pem`),
  keyFile: join(directory, `${role}.key`),
});

/** Makes a CA and the servers' certificates, once: a folder that has all of them keeps them. */
export async function ensureCertificates(directory: string): Promise<Certificates> {
  const pair = (name: string) => pairIn(directory, name);
  const result: Certificates = {
    caFile: join(directory, "ca.pem"),
    nats: pair("nats"),
    edge: pair("edge"),
    upstream: pair("upstream"),
    console: pair("console"),
    leaf: (region) => pair(`leaf-${region}`),
  };
  // One that an earlier version made lacks what came later, and the CA's key is gone: all anew.
  const complete = [result.caFile, ...roles.map(([role]) => pair(role).certFile)];
  if (complete.every((file) => existsSync(file))) return result;

  // The CA's key is not kept.
  await issueCertificates(directory, await createAuthority("MQTT Sentinel local CA"));
  return result;
}

/** Issues all servers' certificates, or issues them anew, and the CA's beside them. */
export async function issueCertificates(directory: string, authority: Authority): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const [role, host] of roles) {
    const { certFile, keyFile } = pairIn(directory, role);
    const { certificate, key } = await issueCertificate(authority, {
      subject: `CN=${role}`,
      usages: ["server", "client"],
      hosts: [...loopback, ...(host === undefined ? [] : [{ type: "dns" as const, value: host }])],
    });
    writeFileSync(certFile, certificate);
    writeFileSync(keyFile, key, { mode: 0o600 });
  }
  // Last, since without it the folder is not complete.
  writeFileSync(join(directory, "ca.pem"), certificatePem(authority.certificate), { mode: 0o644 });
}
