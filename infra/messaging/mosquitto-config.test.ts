import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type MosquittoArgs,
  mosquittoAcl,
  mosquittoConfig,
  mosquittoPasswordEntry,
} from "./mosquitto-config.ts";

const args: MosquittoArgs = {
  listen: { host: "0.0.0.0", publishers: 8884, bridges: 8885 },
  tls: { certFile: "/tls/tls.crt", keyFile: "/tls/tls.key" },
  persistenceDirectory: "/data",
  passwordFile: "/secrets/passwords",
  aclFile: "/config/acl",
};

describe("mosquittoConfig", () => {
  it("writes the listeners last, each with settings of its own", () => {
    const tls = "certfile /tls/tls.crt\nkeyfile /tls/tls.key\ntls_version tlsv1.3\n";
    const publishers = `listener 8884 0.0.0.0\n${tls}max_connections 2000\nmax_qos 1\n`;
    const bridges = `listener 8885 0.0.0.0\n${tls}max_topic_alias 0\n`;
    expect(mosquittoConfig(args).endsWith(publishers + bridges)).toBe(true);
  });

  it.each(["/data", "/data/"])("keeps its database in the folder %s", (persistenceDirectory) => {
    expect(mosquittoConfig({ ...args, persistenceDirectory })).toMatch(
      /^persistence_location \/data\/$/m,
    );
  });

  it("names a user and a pid file only when asked to", () => {
    expect(mosquittoConfig(args)).not.toMatch(/^(user|pid_file) /m);
    const config = mosquittoConfig({ ...args, user: "root", pidFile: "/run/mosquitto.pid" });
    expect(config).toMatch(/^user root$/m);
    expect(config).toMatch(/^pid_file \/run\/mosquitto\.pid$/m);
  });

  it("refuses a value that would be a second setting", () => {
    expect(() => mosquittoConfig({ ...args, user: "root\nallow_anonymous true" })).toThrow(
      /mosquitto user must be one line, got "root\\nallow_anonymous true"/,
    );
  });
});

describe("mosquittoPasswordEntry", () => {
  it("is what mosquitto_passwd writes for the same password and salt", () => {
    const directory = mkdtempSync(join(tmpdir(), "sentinel-passwords-"));
    const file = join(directory, "passwords");
    writeFileSync(file, "publisher:a long random one\n", { mode: 0o600 });
    execFileSync("mosquitto_passwd", ["-U", file]);
    const line = readFileSync(file, "utf8");
    const salt = Buffer.from(line.split("$")[3] ?? "", "base64");
    expect(mosquittoPasswordEntry("publisher", "a long random one", salt)).toBe(line);
    rmSync(directory, { recursive: true });
  });
});

it("names in the ACL what publishers may use and the bridge reads", () => {
  expect(mosquittoAcl()).toBe(
    "user publisher\ntopic deny sentinel/bridges/#\ntopic write #\n\nuser watcher\ntopic deny clients/#\ntopic deny sentinel/bridges/#\ntopic read #\ntopic read $SYS/broker/#\n\nuser bridge\ntopic read clients/#\ntopic readwrite sentinel/bridges/#\ntopic write $sentinel/confirmations/#\ntopic read $SYS/broker/#\n\npattern read $sentinel/confirmations/%c\n",
  );
});
