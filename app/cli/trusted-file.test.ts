import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "./sentinel.fixture.ts";
import { readTrustedFile } from "./trusted-file.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-trusted-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(name: string, modes: { file: number; folder: number }) {
  const folder = join(directory, name);
  mkdirSync(folder);
  const file = join(folder, "operator.env");
  writeFileSync(file, "AWS_REGION=us-east-1\n");
  chmodSync(file, modes.file);
  chmodSync(folder, modes.folder);
  return file;
}

describe("a file that says whom to trust", () => {
  it("is read when only its owner can write it and its folder", () => {
    const file = fileWith("fine", { file: 0o644, folder: 0o755 });

    expect(readTrustedFile(file, {})).toBe("AWS_REGION=us-east-1\n");
  });

  it("is read where everybody may make files but not replace this one", () => {
    expect(readTrustedFile(fileWith("sticky", { file: 0o600, folder: 0o1777 }), {})).toContain("=");
  });

  it.each([
    [
      "group",
      { file: 0o620, folder: 0o755 },
      /operator\.env can be written by others \(mode 620\)/,
    ],
    ["all", { file: 0o602, folder: 0o755 }, /operator\.env can be written by others \(mode 602\)/],
    ["folder", { file: 0o600, folder: 0o777 }, /not safe there: .*folder can be written by others/],
  ] as const)("is refused when %s can write, unless that is trusted", (name, modes, complaint) => {
    const file = fileWith(name, modes);

    expect(() => readTrustedFile(file, {})).toThrow(complaint);
    expect(() => readTrustedFile(file, {})).toThrow("SENTINEL_TRUST_SHARED_FILES=1");
    expect(readTrustedFile(file, { SENTINEL_TRUST_SHARED_FILES: "1" })).toContain("AWS_REGION");
  });

  it("is refused where a link leads to a folder that others can write", () => {
    const file = fileWith("target", { file: 0o600, folder: 0o777 });
    const link = join(directory, "link.env");
    symlinkSync(file, link);

    expect(() => readTrustedFile(link, {})).toThrow(/target can be written by others/);
  });

  it.runIf(process.getuid?.() === 0)("is refused when another user owns it", async () => {
    const { chownSync } = await import("node:fs");
    const file = fileWith("foreign", { file: 0o600, folder: 0o755 });
    chownSync(file, 12_345, 12_345);

    expect(() => readTrustedFile(file, {})).toThrow("is owned by another user (12345)");
  });

  it("that is not there is told in one line", () => {
    expect(() => readTrustedFile(join(directory, "absent"), {})).toThrow(/^cannot read .*ENOENT/);
  });
});

describe("the command line", () => {
  it("refuses settings that others can write, in one line", async () => {
    const file = fileWith("settings", { file: 0o666, folder: 0o755 });
    const { code, stderr } = await sentinel(["--env-file", file, "devices", "list"], {});

    expect(code).toBe(1);
    expect(stderr).toMatch(/^sentinel: .*operator\.env can be written by others.*\n$/);
  });

  it("is not made to trust a file by the file itself", async () => {
    const file = fileWith("itself", { file: 0o600, folder: 0o755 });
    writeFileSync(file, "SENTINEL_TRUST_SHARED_FILES=1\nAWS_REGION=us-east-1\n");
    chmodSync(file, 0o666);

    expect((await sentinel(["--env-file", file, "devices", "list"], {})).code).toBe(1);
  });

  it("refuses a password that others can write, which a file of settings names", async () => {
    const password = fileWith("password", { file: 0o666, folder: 0o755 });
    const file = fileWith("naming", { file: 0o600, folder: 0o755 });
    const settings = [
      "NATS_SERVERS=tls://127.0.0.1:1",
      `NATS_CA_FILE=${file}`,
      `OPERATOR_PASSWORD_FILE=${password}`,
    ];
    writeFileSync(file, settings.join("\n"));
    const { code, stderr } = await sentinel(["--env-file", file, "tail"], {});

    expect(code).toBe(1);
    expect(stderr).toContain("can be written by others (mode 666)");
    expect(stderr).toContain(`settings came from the environment, then ${file} (--env-file)`);
  });

  it.each([
    ["AUDIT_KEYS_FILE", ["audit", "verify", "--file", "absent"]],
    ["AUDIT_KEY_FILE", ["devices", "revoke", "a"]],
  ])("refuses a %s that others can write", async (name, args) => {
    const key = fileWith(name, { file: 0o666, folder: 0o755 });
    const { code, stderr } = await sentinel(args, {
      ...{ AWS_REGION: "us-east-1", NATS_SERVERS: "tls://127.0.0.1:1", [name]: key },
      ...{ NATS_CA_FILE: "/absent", OPERATOR_PASSWORD_FILE: "/absent", SENTINEL_OPERATOR: "a" },
    });

    expect(code).toBe(1);
    expect(stderr).toContain(`${key} can be written by others (mode 666)`);
  });

  it("says where its settings come from", async () => {
    const file = fileWith("origin", { file: 0o600, folder: 0o755 });
    const origin = `the environment, then ${file} (SENTINEL_ENV_FILE)`;
    const doctor = await sentinel(["doctor"], { SENTINEL_ENV_FILE: file });
    const verbose = await sentinel(["--verbose", "tail"], { SENTINEL_ENV_FILE: file });

    expect(doctor.stdout).toMatch(/^ok +settings +the environment, then .*origin/);
    expect(verbose.stderr).toContain(`settings: ${origin}\n`);
    expect(verbose.stderr).toContain("NATS_SERVERS is not set");
  });
});
