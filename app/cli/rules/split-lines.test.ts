import fc from "fast-check";
import { expect, it } from "vitest";
import { type RawLine, splitLines } from "./split-lines.ts";

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function linesOf(bytes: Uint8Array, size: number, limit = 1_000): Promise<RawLine[]> {
  const lines: RawLine[] = [];
  for await (const line of splitLines(inChunks(bytes, size), limit)) lines.push(line);
  return lines;
}

it("finds the same lines however the bytes arrive", async () => {
  const lines = fc.array(
    fc
      .uint8Array({ maxLength: 20 })
      .map((line) => Buffer.from(line.filter((byte) => byte !== 10 && byte !== 13))),
  );
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 30 }), async (written, size) => {
      const bytes = Buffer.concat(written.flatMap((line) => [line, Buffer.from("\r\n")]));
      const found = await linesOf(bytes, size);
      expect(found.map((line) => ("bytes" in line ? line.bytes : undefined))).toEqual(written);
    }),
  );
});

it("counts what is too long, keeps nothing of it, and goes on behind it", async () => {
  const bytes = Buffer.from(`short\n${"x".repeat(5_000)}\nlast`);
  expect(await linesOf(bytes, 64, 100)).toEqual([
    { number: 1, bytes: Buffer.from("short") },
    { number: 2, tooLong: 5_000 },
    { number: 3, bytes: Buffer.from("last") },
  ]);
});

it("finds none in nothing", async () => {
  expect(await linesOf(new Uint8Array(0), 8)).toEqual([]);
});
