import { describe, expect, it } from "vitest";
import { ReportLines } from "./report-lines.ts";

const room = 1024 ** 2;
const report = (text: string) => Buffer.from(text);
const large = Buffer.alloc(4 * 1024);

/** Takes and stores everything in turn. */
function* stored(lines: ReportLines) {
  for (let turn = lines.take(); turn; turn = lines.take()) {
    yield `${turn.clientId} ${Buffer.from(turn.report)}`;
    lines.done(turn);
  }
}
/** Adds until there is no room. @returns how many had room. */
function fill(lines: ReportLines, clientId: string) {
  let added = 0;
  while (lines.add(clientId, large, { takenMs: 7 })) added++;
  return added;
}

it("lets devices take turns, each in its order", () => {
  const lines = new ReportLines(room);
  for (const text of ["a1", "a2", "a3"]) lines.add("a", report(text), { takenMs: 7 });
  for (const text of ["b1", "b2"]) lines.add("b", report(text), { takenMs: 7 });
  expect([...stored(lines)]).toEqual(["a a1", "b b1", "a a2", "b b2", "a a3"]);
  expect([lines.reports, lines.bytes]).toEqual([0, 0]);
});

it("has one report of a device on its way at a time", () => {
  const lines = new ReportLines(room);
  lines.add("a", report("a1"), { takenMs: 7 });
  lines.add("a", report("a2"), { takenMs: 7 });
  const first = lines.take();
  expect(lines.take()).toBeUndefined();
  if (first) lines.done(first);
  expect(lines.take()?.report).toEqual(Uint8Array.from(report("a2")));
});

it("keeps bytes of its own, and when they came", () => {
  const lines = new ReportLines(room);
  const bytes = report("kept");
  lines.add("a", bytes, { takenMs: 7 });
  bytes.fill(0);
  const turn = lines.take();
  expect(Buffer.from(turn?.report ?? []).toString()).toBe("kept");
  expect(turn?.takenMs).toBe(7);
});

describe("when a hundred devices fill it", () => {
  const lines = new ReportLines(64 * room);
  const greedy = Array.from({ length: 100 }, (_, n) => fill(lines, `greedy-${n}`));

  it("has room for whoever else comes", () => {
    for (let n = 0; n < 1_000; n++)
      expect(lines.add(`honest-${n}`, large, { takenMs: 7 })).toBe(true);
  });

  it("has had room for what the first of them may have kept during an outage, and no more", () => {
    const [first = 0] = greedy;
    expect(first * large.length).toBeGreaterThan(4 * room);
    expect(first * large.length).toBeLessThan(8 * room);
  });

  it("never holds more than it may", () => {
    let n = 0;
    while (lines.add(`stranger-${n}`, large, { takenMs: 7 })) n++;
    expect(lines.bytes).toBeLessThanOrEqual(64 * room);
    expect(n).toBeGreaterThan(1_000);
  });
});

describe("a device that is cut off", () => {
  it("loses what waits, and not what is on its way", () => {
    const lines = new ReportLines(room);
    for (const text of ["a1", "a2", "a3"]) lines.add("a", report(text), { takenMs: 7 });
    lines.add("b", report("b1"), { takenMs: 7 });
    const onItsWay = lines.take();
    expect(lines.drop("a")).toBe(2);
    expect(lines.reports).toBe(2);
    if (onItsWay) lines.done(onItsWay);
    expect([...stored(lines)]).toEqual(["b b1"]);
    expect([lines.reports, lines.bytes]).toEqual([0, 0]);
  });

  it("begins anew when it is back, also while one of before is on its way", () => {
    const lines = new ReportLines(room);
    lines.add("a", report("before"), { takenMs: 7 });
    const before = lines.take();
    lines.drop("a");
    lines.add("a", report("after"), { takenMs: 7 });
    if (before) lines.done(before);
    expect([...stored(lines)]).toEqual(["a after"]);
    expect([lines.reports, lines.bytes]).toEqual([0, 0]);
  });

  it("may be one that nothing is held of", () => {
    expect(new ReportLines(room).drop("a")).toBe(0);
  });
});
