import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { sessionKeyFile, upstreamClientId } from "./upstream-client-id.ts";

const key = "k".repeat(32);
const directory = mkdtempSync(join(tmpdir(), "sentinel-key-"));
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(text: string): string {
  const file = join(directory, "key");
  writeFileSync(file, text);
  return file;
}

it("stays the same for a replica, and tells neither its name nor the key", () => {
  const id = upstreamClientId(key, "bridge-1");
  expect(upstreamClientId(key, "bridge-1")).toBe(id);
  expect(id).toMatch(/^sentinel-[0-9a-f]{32}$/);
});

it("is another one for each replica and for each key", () => {
  const ids = [
    upstreamClientId(key, "bridge-1"),
    upstreamClientId(key, "bridge-2"),
    upstreamClientId(`${key}x`, "bridge-1"),
  ];
  expect(new Set(ids).size).toBe(3);
});

it.each(["", "short", "two words ".repeat(8)])("refuses a file that holds %j", (text) => {
  expect(sessionKeyFile.safeParse(fileWith(text)).error?.issues[0]?.message).toMatch(/one line/);
});

it("refuses a file that is not there", () => {
  expect(sessionKeyFile.safeParse(join(directory, "none")).success).toBe(false);
});

it("takes a key with a line end", () => {
  expect(sessionKeyFile.parse(fileWith(`${key}\n`))).toBe(key);
});
