import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { passwordVariable } from "../../app/contract/service-user.ts";
import { edgeUsers, reportGate } from "../../app/contract/service-users.ts";
import { edgeStartScript, gateCredential } from "./edge-start.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "edge-start-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (...command: string[]) =>
  execFileSync("sh", ["-c", edgeStartScript, "start", folder, ...command], { encoding: "utf8" });
const read = (name: string) => readFileSync(join(folder, name), "utf8");

it("makes a password, tells both sides of it, and becomes the server", () => {
  expect(start("echo", "I am the server")).toBe("I am the server\n");
  const password = read(gateCredential.password).trim();
  expect(password).toMatch(/^p[0-9a-f]{48}$/);
  expect(read(gateCredential.passwords)).toBe(`${passwordVariable(reportGate)}: "${password}"\n`);
});

it("makes another one at each start, and nobody else can read it", () => {
  const passwords = [1, 2, 3].map(() => {
    start("true");
    return read(gateCredential.password);
  });
  expect(new Set(passwords).size).toBe(3);
  for (const name of Object.values(gateCredential)) {
    expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
  }
  expect(start("sh", "-c", "env")).not.toContain(read(gateCredential.password).trim());
});

it("starts no server without one", () => {
  const args = ["-c", edgeStartScript, "start", join(folder, "none"), "echo", "server"];
  const { status, stdout } = spawnSync("sh", args, { encoding: "utf8" });
  expect([status, stdout]).toEqual([1, ""]);
});

it("is for the one service that logs in at an edge", () => {
  expect(edgeUsers().map(({ name }) => name)).toEqual([reportGate]);
});
