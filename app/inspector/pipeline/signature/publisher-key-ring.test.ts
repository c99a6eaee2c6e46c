import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { type PublisherKey, publicKeyText } from "../../../contract/publisher-key.ts";
import { PublisherKeyRing } from "./publisher-key-ring.ts";

const { publicKey } = generateKeyPairSync("ed25519");
const key = (keyId: string, more: Partial<PublisherKey> = {}): PublisherKey => ({
  ...{ keyId, publisher: "desk", publicKey: publicKeyText(publicKey), notBefore: 1 },
  ...more,
});
const soon = { timeout: 20_000, interval: 20 };

let ring: PublisherKeyRing;
function setUp() {
  const world = {
    nowMs: 0,
    answer: { version: "1", keys: [key("a")] } as unknown,
    asked: [] as (string | undefined)[],
    failures: 0,
  };
  ring = new PublisherKeyRing({
    ask: async (version) => {
      world.asked.push(version);
      if (world.answer instanceof Error) throw world.answer;
      return world.answer;
    },
    onFailure: () => world.failures++,
    clock: () => world.nowMs,
  });
  return world;
}
afterEach(() => ring.stop());

it("knows the keys when it has begun, and what was changed a few seconds later", async () => {
  const world = setUp();
  expect(ring.trusted).toBe(false);
  await ring.begin(20_000);
  expect(ring.trusted).toBe(true);
  const forever = Number.POSITIVE_INFINITY;
  expect(ring.get("a")).toMatchObject({ notBefore: 1, notAfter: forever, revoked: false });
  world.answer = { version: "2", keys: [key("a", { revokedAt: 5, notAfter: 9 }), key("b")] };
  await vi.waitFor(() => expect(ring.get("b")).toBeDefined(), soon);
  expect(ring.get("a")).toMatchObject({ notAfter: 9, revoked: true });
  world.answer = { version: "2" };
  await vi.waitFor(() => expect(world.asked.at(-1)).toBe("2"), soon);
  expect(ring.get("a")?.revoked).toBe(true);
  expect(world.failures).toBe(0);
});

it("believes what it knows for an hour while nobody answers, and then says that it knows nothing", async () => {
  const world = setUp();
  await ring.begin(20_000);
  world.answer = new Error("no responders");
  await vi.waitFor(() => expect(world.failures).toBe(1), soon);
  world.nowMs = 3_599_999;
  expect([ring.trusted, ring.notReady()]).toEqual([true, undefined]);
  world.nowMs = 3_600_000;
  expect([ring.trusted, ring.notReady()]).toEqual([false, "the keys of publishers are not known"]);
  world.answer = { version: "1" };
  await vi.waitFor(() => expect(ring.trusted).toBe(true), soon);
  expect(world.failures).toBe(1);
});

it.each([
  ["nothing that is known", { version: "9" }],
  ["what is no list", { version: "1", keys: {} }],
  ["the same id twice", { version: "1", keys: [key("a"), key("a")] }],
  ["more than keys", { version: "1", keys: [{ ...key("a"), admin: true }] }],
])("begins without keys where it is told %s, and asks again", async (_, answer) => {
  const world = setUp();
  world.answer = answer;
  await ring.begin(300);
  expect(ring.trusted).toBe(false);
  world.answer = { version: "1", keys: [key("a")] };
  await vi.waitFor(() => expect(ring.trusted).toBe(true), soon);
});
