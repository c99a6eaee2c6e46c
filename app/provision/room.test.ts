import { expect, it } from "vitest";
import { withRoom } from "./room.ts";

const gib = 1024 ** 3;
const bound = (wanted: number, had: number | undefined, bytes: number) =>
  withRoom(
    { name: "AUDIT", max_bytes: wanted },
    { config: had === undefined ? {} : { max_bytes: had }, bytes },
  ).max_bytes;

it("is lowered when what the stream holds leaves a fifth of it free", () => {
  expect(bound(10 * gib, 20 * gib, 8 * gib)).toBe(10 * gib);
  expect(bound(10 * gib, 20 * gib, 8 * gib + 1)).toBe(20 * gib);
});

it("stays while it would not, and is raised at any time", () => {
  expect(bound(10 * gib, 20 * gib, 15 * gib)).toBe(20 * gib);
  expect(bound(30 * gib, 20 * gib, 19 * gib)).toBe(30 * gib);
});

it("is what is wanted where there was none, or no stream", () => {
  expect(bound(10 * gib, -1, gib)).toBe(10 * gib);
  expect(bound(10 * gib, undefined, gib)).toBe(10 * gib);
  expect(withRoom({ max_bytes: 7 }, undefined).max_bytes).toBe(7);
});
