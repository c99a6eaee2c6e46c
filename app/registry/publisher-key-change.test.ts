import { expect, it } from "vitest";
import {
  endedKeyLimit,
  type PublisherKey,
  PublisherKeysSchema,
  publisherKeyLimit,
} from "../contract/publisher-key.ts";
import { BuriedKeysSchema, buriedKeyLimit, keyHashOf } from "./buried-key.ts";
import {
  type AllKeys,
  type KeyChange,
  type KeyChangeResult,
  keysAfter,
} from "./publisher-key-change.ts";

const nowMs = 1_800_000_000_000;
const day = 86_400_000;
const key = (keyId: string, more: Partial<PublisherKey> = {}): PublisherKey => ({
  keyId,
  publisher: "desk",
  publicKey: keyId.padEnd(43, "A"),
  notBefore: nowMs - day,
  ...more,
});
const after = (keys: readonly PublisherKey[], change: KeyChange, at = nowMs) =>
  keysAfter({ keys, buried: [] }, change, at);
const allOf = ({ all, refused }: KeyChangeResult): AllKeys => {
  if (!all) throw new Error(`refused: ${refused}`);
  return all;
};
const add = (added: PublisherKey): KeyChange => ({ kind: "add", key: added });
const retire = (notAfter: number): KeyChange => ({ kind: "retire", keyId: "a", notAfter });
const revoke: KeyChange = { kind: "revoke", keyId: "a" };

it("adds a second key beside the first, so that one can take over from the other", () => {
  expect(after([key("a")], add(key("b"))).all?.keys).toEqual([key("a"), key("b")]);
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
  expect(result.all?.keys).toEqual([key("a", { revokedAt: nowMs }), key("b")]);
  expect(after(result.all?.keys ?? [], revoke).refused).toBe("revoked");
  expect(after(result.all?.keys ?? [], retire(nowMs)).refused).toBe("revoked");
  expect(after([], revoke).refused).toBe("unknown");
});

const many = (count: number, more: Partial<PublisherKey> = {}) =>
  Array.from({ length: count }, (_, n) => key(`k${n}x${count}`, more));

it("holds so many at most that have not ended, however many have", () => {
  const inForce = many(publisherKeyLimit);
  expect(after(inForce, add(key("a"))).refused).toBe("full");
  for (const end of [{ revokedAt: nowMs - day }, { notAfter: nowMs - day }]) {
    const [first = key("x"), ...others] = inForce;
    const { keys, buried } = allOf(after([{ ...first, ...end }, ...others], add(key("a"))));
    expect(keys).toEqual([{ ...first, ...end }, ...others, key("a")]);
    expect(buried).toEqual([]);
  }
});

it("lets 26 publishers renew their keys each month for two years", () => {
  let all: AllKeys = { keys: [], buried: [] };
  for (let month = 0; month < 24; month++) {
    const at = nowMs + month * 30 * day;
    for (let n = 0; n < 26; n++) {
      const made = key(`m${month}n${n}x`, { notBefore: at, notAfter: at + 31 * day });
      all = allOf(keysAfter(all, add(made), at));
    }
  }
  expect(all.keys.length + all.buried.length).toBe(24 * 26);
  expect(PublisherKeysSchema.parse(all.keys)).toEqual(all.keys);
});

it.each([
  ["that was revoked 91 days ago", { revokedAt: nowMs - 91 * day }, "revoked"],
  ["that ended 91 days ago", { notAfter: nowMs - 91 * day }, "ended"],
] as const)("keeps of one %s what it takes that neither it nor its id comes back", (_, end, refusal) => {
  const gone = key("a", { notBefore: nowMs - 100 * day, ...end });
  const all = allOf(after([gone], add(key("b"))));
  expect(all.keys).toEqual([key("b")]);
  expect(all.buried).toEqual([
    expect.objectContaining({ keyId: "a", hash: keyHashOf(gone), endedAt: nowMs - 91 * day }),
  ]);
  const next = (change: KeyChange) => keysAfter(all, change, nowMs + 1_000 * day).refused;
  expect(next(add(key("a", { publicKey: "B".repeat(43) })))).toBe("exists");
  expect(next(add({ ...key("c"), publicKey: gone.publicKey }))).toBe("known-key");
  expect(next(revoke)).toBe(refusal);
});

it("tells one as revoked for 90 days, had it ended long before", () => {
  const expired = key("a", { notBefore: nowMs - 200 * day, notAfter: nowMs - 91 * day });
  const { keys } = allOf(after([expired], revoke));
  expect(allOf(after(keys, add(key("b")), nowMs + 89 * day)).keys).toHaveLength(2);
  const { keys: left, buried } = allOf(after(keys, add(key("b")), nowMs + 91 * day));
  expect(left).toEqual([key("b")]);
  expect(buried).toEqual([expect.objectContaining({ keyId: "a", revoked: true, endedAt: nowMs })]);
});

it("keeps so many whole that have ended, those that ended last", () => {
  const ended = many(endedKeyLimit + 3).map((each, n) => ({
    ...each,
    notAfter: nowMs - 1_000 + n,
  }));
  const { keys, buried } = allOf(after(ended, add(key("a"))));
  expect(keys).toEqual([...ended.slice(3), key("a")]);
  expect(buried.map(({ keyId }) => keyId)).toEqual(ended.slice(0, 3).map(({ keyId }) => keyId));
});

it("refuses more than one item of DynamoDB holds, and forgets none for it", () => {
  const long = (n: number) => String(n).padStart(64, "k");
  const buried = Array.from({ length: buriedKeyLimit }, (_, n) => ({
    ...{
      keyId: long(n),
      hash: keyHashOf(key(long(n))),
      endedAt: nowMs,
      revoked: true as const,
    },
  }));
  const old = key("old", { notAfter: nowMs - 91 * day });
  expect(keysAfter({ keys: [old], buried }, add(key("a")), nowMs).refused).toBe("exhausted");
  expect(keysAfter({ keys: [], buried }, add(key("a")), nowMs).refused).toBeUndefined();
  const keys = Array.from({ length: publisherKeyLimit + endedKeyLimit }, (_, n) => ({
    ...{ keyId: long(5_000 + n), publisher: "p".repeat(64), publicKey: "A".repeat(43) },
    ...{ notBefore: nowMs, notAfter: nowMs, revokedAt: nowMs },
  }));
  expect(BuriedKeysSchema.parse(buried)).toHaveLength(buriedKeyLimit);
  expect(PublisherKeysSchema.parse(keys)).toHaveLength(keys.length);
  // The names of the attributes, and the version, are some bytes more.
  expect(JSON.stringify(keys).length + JSON.stringify(buried).length).toBeLessThan(400 * 1_000);
});
