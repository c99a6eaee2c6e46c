import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import {
  mosquittoAcl,
  mosquittoConfig,
  mosquittoPasswordEntry,
  mosquittoUsers,
} from "../infra/messaging/mosquitto-config.ts";
import type { Certificates } from "./certificates.ts";
import type { ProcessSpec } from "./managed-process.ts";
import type { Secrets } from "./secrets.ts";

const root = join(import.meta.dirname, "..");
const host = "127.0.0.1";
/** Debian keeps servers where an ordinary user's PATH does not look. */
const searchPath = `${process.env["PATH"]}:/usr/local/sbin:/usr/sbin`;

export const listening = (port: number) => () =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });

function passwordEntries(secrets: Secrets): string {
  const entries = Object.values(mosquittoUsers).map((user) => {
    const password = readFileSync(secrets.upstreamPasswordFile(user), "utf8");
    return mosquittoPasswordEntry(user, password, randomBytes(12));
  });
  return entries.join("");
}

/** The upstream broker that publishers feed. */
export function mosquittoSpec(options: {
  directory: string;
  listen: { publishers: number; bridges: number };
  certificates: Certificates;
  secrets: Secrets;
}): ProcessSpec {
  const at = (name: string) => join(options.directory, name);
  mkdirSync(at("store"), { recursive: true, mode: 0o700 });
  writeFileSync(at("passwords"), passwordEntries(options.secrets), { mode: 0o600 });
  writeFileSync(at("acl"), mosquittoAcl(), { mode: 0o600 });
  const config = mosquittoConfig({
    listen: { host, ...options.listen },
    tls: options.certificates.upstream,
    persistenceDirectory: at("store"),
    passwordFile: at("passwords"),
    aclFile: at("acl"),
    // Started by root, Mosquitto would become the user "mosquitto", who may not read these files.
    user: userInfo().username,
  });
  writeFileSync(at("mosquitto.conf"), config);
  const port = options.listen.publishers;
  return brokerSpec({ name: "mosquitto", configFile: at("mosquitto.conf"), port });
}

/** Any Mosquitto, which listens on this port. */
export const brokerSpec = (options: {
  name: string;
  configFile: string;
  port: number;
}): ProcessSpec => ({
  name: options.name,
  command: "mosquitto",
  args: ["-c", options.configFile],
  environment: { PATH: searchPath },
  ready: listening(options.port),
});

/** The DynamoDB emulator. Without a directory it keeps its tables in memory. */
export function dynamodbSpec(options: { directory: string; port: number }): ProcessSpec {
  mkdirSync(options.directory, { recursive: true });
  return {
    name: "dynamodb",
    command: process.execPath,
    args: [
      join(root, "node_modules/dynalite/cli.js"),
      ...["--host", host, "--port", String(options.port)],
      ...["--path", options.directory, "--createTableMs", "0"],
    ],
    environment: {},
    ready: listening(options.port),
  };
}
