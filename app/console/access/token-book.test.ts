import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiTokenDigest, apiTokenOf } from "../../contract/api-token.ts";
import { TokenBook } from "./token-book.ts";
import { parseTokenFile } from "./token-file.ts";

const directory = mkdtempSync(join(tmpdir(), "sentinel-tokens-"));
const file = join(directory, "tokens.json");
const [first, second] = [apiTokenOf(randomBytes(32)), apiTokenOf(randomBytes(32))];
const entry = (name: string, token: string) => ({
  ...{ name, role: "viewer" },
  sha256: apiTokenDigest(token),
});
const write = (value: unknown) => writeFileSync(file, JSON.stringify(value));
afterAll(() => rmSync(directory, { recursive: true }));

describe("a token", () => {
  it("carries 256 random bits behind a prefix by which a leaked one is found", () => {
    expect(first).toMatch(/^snt_[A-Za-z0-9_-]{43}$/);
  });
});

describe("the tokens file", () => {
  let book: TokenBook;
  beforeAll(() => {
    write([entry("night-shift", first)]);
    book = new TokenBook(file);
  });

  it("tells who holds a token, and of any other that nobody does", () => {
    expect(book.holderOf(first)).toMatchObject({ name: "night-shift", role: "viewer" });
    for (const token of [second, "", `${first} `, apiTokenDigest(first)]) {
      expect(book.holderOf(token)).toBeUndefined();
    }
  });

  it("with other tokens takes the place of the one before", () => {
    write([entry("day-shift", second)]);
    book.reload();

    expect(book.holderOf(second)).toMatchObject({ name: "day-shift" });
    expect(book.holderOf(first)).toBeUndefined();
  });

  it("that cannot be used leaves the tokens that were good", () => {
    writeFileSync(file, "[{");
    expect(() => book.reload()).toThrow(`${file} is not JSON`);
    rmSync(file);
    expect(() => book.reload()).toThrow("ENOENT");

    expect(book.holderOf(second)).toMatchObject({ name: "day-shift" });
  });
});

describe("of a wrong tokens file", () => {
  const good = entry("a", first);
  it.each([
    ["the file: it must hold a token", []],
    ["the file: it Invalid input", {}],
    ["0.name must be 1 to 63 of a-z", [{ ...good, name: "A b" }]],
    ["0.role Invalid option", [{ ...good, role: "root" }]],
    ["0.sha256 must be a SHA-256 in hex", [{ ...good, sha256: first }]],
    ["1.name is there twice", [good, entry("a", second)]],
    ["1.sha256 is there twice", [good, entry("b", first)]],
    ["0 Unrecognized key", [{ ...good, secret: "x" }]],
  ])("it is told: %s", (reason, value) => {
    expect(() => parseTokenFile(JSON.stringify(value))).toThrow(reason);
  });

  it("nothing is quoted, in case a token was put into it", () => {
    let told = "";
    try {
      parseTokenFile(JSON.stringify([{ ...good, sha256: first }]));
    } catch (error) {
      told = (error as Error).message;
    }
    expect(told).not.toContain(first);
  });
});
