import { describe, expect, it } from "vitest";
import {
  hashSecret,
  isImportableSecret,
  issueSecret,
  matchingSecret,
  verifySecret,
} from "./secret.ts";

describe("a device secret", () => {
  it("is 256 bits in base64url and never the same twice", () => {
    const secrets = Array.from({ length: 1_000 }, issueSecret);

    expect(new Set(secrets).size).toBe(1_000);
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    }
  });

  it("is recognised by its hash, and nothing else is", () => {
    const secret = issueSecret();
    const stored = hashSecret(secret);

    expect(verifySecret(secret, stored)).toBe(true);
    for (const other of ["", issueSecret(), secret.slice(1), `${secret} `, secret.toLowerCase()]) {
      expect(verifySecret(other, stored)).toBe(false);
    }
  });

  it("has a salt of its own: the same secret is stored differently each time", () => {
    const [a, b] = [hashSecret("same"), hashSecret("same")];

    expect(a.hash).not.toEqual(b.hash);
    expect(verifySecret("same", { hash: a.hash, salt: b.salt })).toBe(false);
  });

  it("does not match a stored hash of another length", () => {
    const { hash, salt } = hashSecret("secret");
    const shorter = Buffer.from(hash, "base64").subarray(1).toString("base64");

    expect(verifySecret("secret", { hash: shorter, salt })).toBe(false);
  });

  it("may be brought along when it is long enough to be random", () => {
    expect(isImportableSecret("0123456789abcdef0123456789abcdef")).toBe(true);
    expect(isImportableSecret("short")).toBe(false);
    expect(isImportableSecret(`with blanks ${"x".repeat(40)}`)).toBe(false);
    expect(isImportableSecret("x".repeat(257))).toBe(false);
  });
});

describe("a device's secrets", () => {
  const stored = {
    secret: hashSecret("new"),
    previous: { ...hashSecret("old"), validUntil: 1_000 },
  };

  it.each([
    ["new", 0, true],
    ["new", 5_000, true],
    ["old", 999, true],
    ["old", 1_000, false],
    ["other", 0, false],
    ["", 0, false],
  ])("of which %j is offered at %i match: %s", (secret, nowMs, matches) => {
    expect(!!matchingSecret(stored, secret, nowMs)).toBe(matches);
  });

  it("match only the current one where there is no previous", () => {
    expect(!!matchingSecret({ secret: stored.secret }, "new", 0)).toBe(true);
    expect(!!matchingSecret({ secret: stored.secret }, "old", 0)).toBe(false);
  });
});
