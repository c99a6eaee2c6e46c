import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { createGatedMatcher, inlineLimitBytes } from "./gated-matcher.ts";
import type { RuleMatcher } from "./matcher.ts";

/** Takes so long for each payload, as hostile text does. */
function slowRules(ms: number): RuleMatcher {
  return {
    version: "v",
    size: 1,
    match() {
      const endMs = performance.now() + ms;
      while (performance.now() < endMs);
      return [];
    },
  };
}
const elsewhere = { match: () => Promise.resolve([]) };
const small = new Uint8Array(inlineLimitBytes);

it("lets the event loop have its turns while a batch is matched", async () => {
  const matcher = createGatedMatcher(slowRules(1), elsewhere);
  let turns = 0;
  let done = false;
  const count = () => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);

  await Promise.all(Array.from({ length: 100 }, async () => matcher.match(small, "device")));
  done = true;
  // Two messages of a millisecond fill a turn: without breaks all hundred would be one.
  expect(turns).toBeGreaterThan(30);
});

it("answers at once while there is time in the turn", () => {
  const matcher = createGatedMatcher(slowRules(0), elsewhere);
  expect(matcher.match(small, "device")).toEqual([]);
});

it("gives larger payloads and archives to the thread", async () => {
  const inThread: number[] = [];
  const matcher = createGatedMatcher(slowRules(0), {
    match: (payload) => {
      inThread.push(payload.length);
      return Promise.resolve([]);
    },
  });
  matcher.match(small, "device");
  await matcher.match(new Uint8Array(inlineLimitBytes + 1), "device");
  await matcher.match(gzipSync("a"), "device");
  expect(inThread).toEqual([inlineLimitBytes + 1, gzipSync("a").length]);
});
