import { expect, it } from "vitest";
import { createCursor } from "./cursor.ts";

it("stays below the lowest message in flight, whatever finished above it", () => {
  const cursor = createCursor(10);
  for (const sequence of [12, 15, 20]) expect(cursor.take(sequence)).toBe(true);
  expect(cursor.position).toBe(11);
  cursor.finish(20);
  cursor.finish(15);
  expect(cursor.position).toBe(11);
  cursor.finish(12);
  expect(cursor.position).toBe(20);
  expect(cursor.inFlight).toBe(0);
});

it("refuses what it has taken already, also after a restart of the reading", () => {
  const cursor = createCursor(10);
  expect(cursor.take(10)).toBe(false);
  expect(cursor.take(11)).toBe(true);
  expect(cursor.take(11)).toBe(false);
  cursor.finish(11);
  expect(cursor.take(11)).toBe(false);
});

it("stays below what was put off until all of it was in flight and is finished", () => {
  const cursor = createCursor(10);
  for (const sequence of [11, 12, 13, 14]) cursor.take(sequence);
  cursor.putOff("pump-1", 12);
  for (const sequence of [11, 12, 13, 14]) cursor.finish(sequence);
  expect(cursor.position).toBe(11);
  expect(cursor.inFlight).toBe(1);

  cursor.reopen(12);
  cursor.putOff("pump-1", 13);
  cursor.finish(12);
  expect(cursor.position).toBe(12);
  cursor.reopen(14);
  cursor.caughtUp("pump-1");
  expect(cursor.position).toBe(13);
  cursor.finish(14);
  expect(cursor.position).toBe(14);
});

it("skips an empty stretch, but never back and never over a message in flight", () => {
  const cursor = createCursor(10);
  cursor.skipTo(50);
  expect(cursor.position).toBe(50);
  cursor.skipTo(40);
  expect(cursor.position).toBe(50);
  cursor.take(51);
  cursor.skipTo(90);
  expect(cursor.position).toBe(50);
  expect(cursor.lastTaken()).toBe(51);
});
