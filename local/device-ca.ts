import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Authority,
  certificatePem,
  createAuthority,
  type Issued,
  type IssueOptions,
  issueCertificate,
  privateKeyPem,
  readAuthority,
} from "./authority.ts";

/** Stands for the authority of whoever makes the devices; it has nothing in common with the region's own. */
export interface DeviceCa {
  /** What the edges are told to believe. */
  readonly certFile: string;
  /** A certificate for one device, which its common name names. */
  issue(clientId: string, more?: Partial<IssueOptions>): Promise<Issued>;
}

/** Makes the authority once; its key is kept, because devices come later. */
export async function ensureDeviceCa(directory: string): Promise<DeviceCa> {
  const certFile = join(directory, "device-ca.pem");
  const keyFile = join(directory, "device-ca.key");
  const authority = existsSync(certFile)
    ? await readAuthority({
        certificate: readFileSync(certFile, "utf8"),
        key: readFileSync(keyFile, "utf8"),
      })
    : await createKept({ directory, certFile, keyFile });
  return {
    certFile,
    issue: (clientId, more) =>
      issueCertificate(authority, { subject: `CN=${clientId}`, usages: ["client"], ...more }),
  };
}

async function createKept(files: {
  directory: string;
  certFile: string;
  keyFile: string;
}): Promise<Authority> {
  mkdirSync(files.directory, { recursive: true, mode: 0o700 });
  const authority = await createAuthority("MQTT Sentinel local device CA");
  writeFileSync(files.keyFile, await privateKeyPem(authority.privateKey), { mode: 0o600 });
  // Last, since its presence says that both are there.
  writeFileSync(files.certFile, certificatePem(authority.certificate));
  return authority;
}
