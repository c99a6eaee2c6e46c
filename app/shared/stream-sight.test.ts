import { expect, it } from "vitest";
import { continues, noMark, type StreamSight } from "./stream-sight.ts";

const created = "2026-01-01T00:00:00.123456789Z";
const mark = { created, sequence: 100, at: 5_000 };
const sight = (more: Partial<StreamSight> = {}): StreamSight => ({
  ...{ created, firstSequence: 90, firstAt: 4_000, lastSequence: 120, at: 6_000 },
  ...more,
});

it("goes on with a stream that grew, or was purged of what was read", () => {
  expect(continues(mark, sight())).toBe(true);
  expect(continues(mark, sight({ firstSequence: 101, firstAt: 5_500 }))).toBe(true);
  expect(continues(mark, sight({ firstSequence: 101, firstAt: 0, lastSequence: 100 }))).toBe(true);
});

it("tells a stream that was made anew, whatever it holds", () => {
  expect(continues(mark, sight({ created: "2026-01-02T00:00:00Z" }))).toBe(false);
  expect(continues(noMark, sight())).toBe(false);
});

it("tells a stream that lost its content, empty or filled again beyond the mark", () => {
  expect(continues(mark, sight({ firstSequence: 0, firstAt: 0, lastSequence: 0 }))).toBe(false);
  expect(continues(mark, sight({ firstSequence: 1, firstAt: 5_500, lastSequence: 250 }))).toBe(
    false,
  );
});
