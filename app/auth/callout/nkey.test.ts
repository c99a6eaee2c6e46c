import { randomBytes, sign } from "node:crypto";
import { createAccount, createUser, fromPublic, fromSeed } from "@nats-io/nkeys";
import { describe, expect, it } from "vitest";
import { accountKeyOf, accountNameOf, accountSeedOf, SeedInvalid } from "./nkey.ts";

const seedOf = (pair: { getSeed(): Uint8Array }) => new TextDecoder().decode(pair.getSeed());

/** The last character is not a good one to change: two of its bits are padding. */
const changed = (seed: string) => {
  const other = seed[20] === "A" ? "B" : "A";
  return seed.slice(0, 20) + other + seed.slice(21);
};

describe("an account seed", () => {
  it("is read by NATS's own library as the account that we see in it", () => {
    for (let i = 0; i < 50; i++) {
      const seed = accountSeedOf(randomBytes(32));
      const pair = fromSeed(new TextEncoder().encode(seed));
      expect(pair.getPublicKey()).toBe(accountNameOf(accountKeyOf(seed)));
    }
  });

  it("is made of 32 bytes", () => {
    expect(() => accountSeedOf(randomBytes(31))).toThrow(SeedInvalid);
  });
});

describe("an account key", () => {
  it("has the public name that NATS's own library gives it, for any seed", () => {
    for (let i = 0; i < 50; i++) {
      const pair = createAccount();
      expect(accountNameOf(accountKeyOf(`${seedOf(pair)}\n`))).toBe(pair.getPublicKey());
    }
  });

  it("signs what NATS's own library verifies", () => {
    const key = accountKeyOf(seedOf(createAccount()));
    const data = Buffer.from("some text");

    const verifier = fromPublic(accountNameOf(key));

    expect(verifier.verify(data, sign(null, data, key))).toBe(true);
    expect(verifier.verify(Buffer.from("other text"), sign(null, data, key))).toBe(false);
  });

  it.each([
    ["a user's seed", seedOf(createUser()), "not an account's"],
    ["a changed character", changed(seedOf(createAccount())), "checksum"],
    ["a cut seed", seedOf(createAccount()).slice(0, 40), "58 characters"],
    ["an empty file", "\n", "58 characters"],
    ["something else", "not base32 at all!", "58 characters"],
  ])("is not read from %s", (_, seed, reason) => {
    const read = () => accountKeyOf(seed);

    expect(read).toThrow(SeedInvalid);
    expect(read).toThrow(reason);
    if (seed.trim()) expect(read).not.toThrow(seed.trim());
  });
});
