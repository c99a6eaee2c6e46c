import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import {
  type AuditKeyFile,
  type AuditSignerName,
  auditKeyId,
} from "../../app/contract/audit-keys.ts";
import { passwordVariable } from "../../app/contract/service-user.ts";
import { mosquittoPasswordEntry, mosquittoUsers } from "../../infra/messaging/mosquitto-config.ts";
import type { Region } from "../../local/region.ts";

/** Users of NATS core whose password is renewed under load, and the processes that log in as such. */
export const rotatedUsers = {
  bridge: ["bridge-1", "bridge-2"],
  inspector: ["inspector-1", "inspector-2"],
  "report-inspector": ["report-inspector-1"],
  auth: ["auth-1", "auth-2"],
  "auth-callout": ["auth-1", "auth-2"],
  "session-closer": ["auth-1", "auth-2"],
  meter: ["meter-1"],
  delivery: ["delivery-1"],
  aggregator: ["aggregator-1"],
  archive: ["archive-1"],
  mender: ["mender-1", "mender-2", "mender-3"],
  console: ["console-1"],
} as const;

const newPassword = () => `p${randomBytes(24).toString("hex")}`;

/** Renews a service's password for the core servers, as their reloader does. @returns the old one. */
export function renewAtCore(region: Region, user: string) {
  const old = readFileSync(region.secrets.passwordFile(user), "utf8").trim();
  const fresh = newPassword();
  const variable = `${passwordVariable(user)}:`;
  region.layout.cores.forEach((_, index) => {
    const name = `core-${index + 1}`;
    const file = join(region.directory, "state/nats", name, "passwords.conf");
    const content = readFileSync(file, "utf8");
    if (!content.includes(`${variable} "${old}"`)) throw new Error(`${file} has no ${user}`);
    writeFileSync(file, content.replace(`${variable} "${old}"`, `${variable} "${fresh}"`));
    region.process(name).kill("SIGHUP");
  });
  return { old, fresh };
}

/** Renews the password where the process itself finds it, as the kubelet does a while later. */
export const renewAtProcess = (region: Region, user: string, fresh: string) =>
  writeFileSync(region.secrets.passwordFile(user), fresh);

/** Gives a signer another key, which all know besides the one before. @returns the new key's id. */
export function renewAuditKey(region: Region, signer: AuditSignerName): string {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const known: AuditKeyFile = JSON.parse(readFileSync(region.secrets.auditKeysFile, "utf8"));
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const keys = [...known.keys, { signer, publicKey: pem }];
  writeFileSync(region.secrets.auditKeysFile, JSON.stringify({ ...known, keys }));
  const secret = privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(region.secrets.auditKeyFile(signer), secret);
  return auditKeyId(publicKey);
}

type UpstreamUser = keyof typeof mosquittoUsers;

/** Renews the password of a user of the upstream broker for the user, and then at the broker. */
export async function renewUpstream(region: Region, user: UpstreamUser): Promise<void> {
  const fresh = newPassword();
  writeFileSync(region.secrets.upstreamPasswordFile(user), fresh);
  await renewAtUpstream(region, user, fresh);
}

/** Gives the upstream broker a user's new password, as its pod does. The user learns it later. */
export async function renewAtUpstream(
  region: Region,
  user: UpstreamUser,
  fresh = newPassword(),
): Promise<string> {
  const entries = Object.values(mosquittoUsers).map((each) => {
    const known = readFileSync(region.secrets.upstreamPasswordFile(each), "utf8");
    return mosquittoPasswordEntry(each, each === user ? fresh : known, randomBytes(12));
  });
  writeFileSync(join(region.directory, "state/mosquitto/passwords"), entries.join(""));
  const broker = region.process("mosquitto");
  broker.kill("SIGTERM");
  await broker.exited();
  await broker.start();
  return fresh;
}

/** Tries a password at the upstream broker: admitted, or why not. */
export function upstreamLogin(region: Region, username: UpstreamUser, password: string) {
  const { upstreamUrl, upstreamBridgeUrl } = region.endpoints;
  return connectAsync(username === "publisher" ? upstreamUrl : upstreamBridgeUrl, {
    ...{ clientId: `old-${crypto.randomUUID()}`, username, password },
    ...{ ca: readFileSync(region.certificates.caFile), protocolVersion: 5, reconnectPeriod: 0 },
  }).then(
    (client) => client.endAsync(true).then(() => "admitted"),
    (error: Error) => error.message,
  );
}
export const isUpstreamRefusal = (answer: string) => /not authorized/i.test(answer);
