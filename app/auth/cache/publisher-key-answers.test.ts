import { expect, it } from "vitest";
import type { PublisherKey } from "../../contract/publisher-key.ts";
import { PublisherKeyAnswers } from "./publisher-key-answers.ts";

const key = (keyId: string): PublisherKey => ({
  ...{ keyId, publisher: "desk", publicKey: "A".repeat(43), notBefore: 1 },
});

function setUp() {
  const world = { nowMs: 0, keys: [key("a")], reads: 0, failures: 0, broken: false };
  const answers = new PublisherKeyAnswers({
    read: async () => {
      world.reads++;
      if (world.broken) throw new Error("throttled");
      return world.keys;
    },
    onFailure: () => world.failures++,
    clock: () => world.nowMs,
  });
  const ask = (body: unknown) => answers.answer(Buffer.from(JSON.stringify(body)));
  return { world, ask };
}

it("gives the keys to who does not have them, and only their version to who does", async () => {
  const { world, ask } = setUp();
  const first = await ask({});
  expect(first).toMatchObject({ answer: { keys: [key("a")] } });
  const { version } = (first as { answer: { version: string } }).answer;
  expect(await ask({ version })).toEqual({ answer: { version } });
  world.keys = [key("a"), key("b")];
  world.nowMs += 1_000;
  expect(await ask({ version })).toMatchObject({ answer: { keys: world.keys } });
});

it("reads once a second, whoever asks, and whatever comes of it", async () => {
  const { world, ask } = setUp();
  world.broken = true;
  const answers = await Promise.all([ask({}), ask({}), ask({})]);
  expect(answers).toEqual(answers.map(() => ({ problem: "the keys cannot be read now" })));
  expect(world.reads).toBe(1);
  world.broken = false;
  world.nowMs += 999;
  expect(await ask({})).toHaveProperty("problem");
  world.nowMs += 1;
  expect(await ask({})).toHaveProperty("answer");
  expect(world.reads).toBe(2);
});

it.each([
  [[]],
  ["a"],
  [{ version: 1 }],
  [{ version: "v".repeat(65) }],
])("refuses the request %j", async (body) => {
  const { world, ask } = setUp();
  expect(await ask(body)).toHaveProperty("problem");
  expect(world.reads).toBe(0);
});
