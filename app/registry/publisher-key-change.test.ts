import { expect, it } from "vitest";
import { type PublisherKey, publisherKeyLimit } from "../contract/publisher-key.ts";
import { type KeyChange, keysAfter } from "./publisher-key-change.ts";

const nowMs = 1_800_000_000_000;
const day = 86_400_000;
const key = (keyId: string, more: Partial<PublisherKey> = {}): PublisherKey => ({
  keyId,
  publisher: "desk",
  publicKey: keyId.padEnd(43, "A"),
  notBefore: nowMs - day,
  ...more,
});
const after = (keys: readonly PublisherKey[], change: KeyChange) => keysAfter(keys, change, nowMs);
const add = (added: PublisherKey): KeyChange => ({ kind: "add", key: added });
const retire = (notAfter: number): KeyChange => ({ kind: "retire", keyId: "a", notAfter });
const revoke: KeyChange = { kind: "revoke", keyId: "a" };

it("adds a second key beside the first, so that one can take over from the other", () => {
  expect(after([key("a")], add(key("b"))).keys).toEqual([key("a"), key("b")]);
});

it("never gives an id or a key a second time, were it revoked", () => {
  const revoked = key("a", { revokedAt: nowMs });
  expect(after([revoked], add(key("a", { publicKey: "B".repeat(43) }))).refused).toBe("exists");
  expect(after([revoked], add({ ...key("b"), publicKey: revoked.publicKey })).refused).toBe(
    "known-key",
  );
});

it("ends one at a time, sooner than it would and never later", () => {
  expect(after([key("a")], retire(nowMs)).key).toEqual(key("a", { notAfter: nowMs }));
  const ending = [key("a", { notAfter: nowMs })];
  expect(after(ending, retire(nowMs - 1)).key?.notAfter).toBe(nowMs - 1);
  expect(after(ending, retire(nowMs + 1)).refused).toBe("no-such-end");
  expect(after([key("a")], retire(nowMs - day)).refused).toBe("no-such-end");
});

it("revokes one for good, and leaves the others", () => {
  const result = after([key("a"), key("b")], revoke);
  expect(result.keys).toEqual([key("a", { revokedAt: nowMs }), key("b")]);
  expect(after(result.keys ?? [], revoke).refused).toBe("revoked");
  expect(after(result.keys ?? [], retire(nowMs)).refused).toBe("revoked");
  expect(after([], revoke).refused).toBe("unknown");
});

it("holds so many at most, and forgets those first that ended 90 days ago", () => {
  const many = Array.from({ length: publisherKeyLimit }, (_, n) => key(`k${n}x`));
  expect(after(many, add(key("a"))).refused).toBe("full");
  for (const end of [{ revokedAt: nowMs - 91 * day }, { notAfter: nowMs - 91 * day }]) {
    const [first = key("x"), ...others] = many;
    const result = after([{ ...first, ...end }, ...others], add(key("a")));
    expect(result.keys).toEqual([...others, key("a")]);
  }
});
