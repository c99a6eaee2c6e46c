import { expect, it } from "vitest";
import type { Bar, BarRequest } from "../../enforcement/bar.ts";
import { type BarSettings, Bars } from "./bars.ts";

const hourMs = 3_600_000;
function barsOf(more: Partial<BarSettings> = {}) {
  const time = { nowMs: 10 * hourMs };
  const settings = { region: "us-east", mode: "enforce", barMs: hourMs, perHour: 2 } as const;
  const atOnce = 3;
  const bars = new Bars({ ...settings, atOnce, ...more, clock: () => time.nowMs });
  const make = (clientId: string, id = `of ${clientId}`) => {
    const bar = bars.made(requestOf(clientId, id));
    bars.learn(bar);
    return bar;
  };
  const pass = (ms: number) => {
    time.nowMs += ms;
  };
  return { bars, make, pass };
}
const requestOf = (clientId: string, id = `of ${clientId}`): BarRequest => ({
  ...{ id, clientId, incident: "m1-1", risk: 200 },
});
const lifting = (clientId: string) => ({ clientId, actor: "ann", reason: "a drill" });
function liftedOf(bars: Bars, clientId: string): Bar {
  const lifted = bars.lifted(lifting(clientId));
  if (!lifted) throw new Error("there is no bar");
  return lifted;
}

it("keeps a device out until the time is over", () => {
  const { bars, make, pass } = barsOf();
  make("pump-1");
  expect([bars.isBarred("pump-1"), bars.isBarred("pump-2")]).toEqual([true, false]);
  expect(bars.inForce("enforce")).toBe(1);
  pass(hourMs);
  expect(bars.isBarred("pump-1")).toBe(false);
});

it("keeps nobody out while it only observes, and shows who would be", () => {
  const { bars, make } = barsOf({ mode: "observe" });
  const bar = make("pump-1");
  expect(bars.isBarred("pump-1")).toBe(false);
  expect(bars.list(10)).toEqual([bar]);
  expect(bars.answering(requestOf("pump-1", "another"))).toEqual(bar);
});

it("makes so many in an hour, lifted ones included, whichever replica made them", () => {
  const { bars, make, pass } = barsOf();
  make("pump-1");
  bars.learn(liftedOf(bars, "pump-1"));
  expect(bars.full).toBeUndefined();
  make("pump-2");
  expect(bars.full).toBe("this region made 2 bars within an hour");
  pass(hourMs);
  expect(bars.full).toBeUndefined();
});

it("makes none while so many are kept out, by whichever region, until one of them is let in", () => {
  const { bars } = barsOf();
  const other = barsOf({ region: "eu-west", perHour: 10 });
  for (const id of ["a", "b", "c"]) bars.learn(other.make(id));
  expect(bars.full).toBe("3 devices are barred at a time");
  bars.learn(liftedOf(bars, "b"));
  expect(bars.full).toBeUndefined();
});

it("never keeps out more than 5,000, whatever is read, and nobody for longer than any may be", () => {
  const { bars } = barsOf();
  const other = barsOf({ region: "eu-west" });
  for (let n = 0; n < 6_000; n++) bars.learn(other.make(`pump-${n}`));
  expect(bars.inForce("enforce")).toBe(5_000);
  const bar = other.bars.made(requestOf("for-ever"));
  expect(bars.learn({ ...bar, untilMs: bar.sinceMs + 24 * hourMs })).toBe(false);
  expect(bars.isBarred("for-ever")).toBe(false);
});

it("counts no bar of another region against its own hour, and follows it", () => {
  const { bars } = barsOf();
  const other = barsOf({ region: "eu-west" });
  for (const id of ["a", "b"]) bars.learn(other.make(id));
  expect(bars.full).toBeUndefined();
  expect(bars.isBarred("b")).toBe(true);
});

it("does not follow what another region only observes", () => {
  const { bars } = barsOf();
  const other = barsOf({ region: "eu-west", mode: "observe" });
  bars.learn(other.make("a"));
  expect(bars.list(10)).toEqual([]);
});

it("answers the same request with the same bar, also when it is over or was lifted", () => {
  const { bars, make, pass } = barsOf();
  const bar = make("pump-1", "first");
  expect(bars.answering(requestOf("pump-1", "first"))).toEqual(bar);
  pass(hourMs);
  expect(bars.answering(requestOf("pump-1", "first"))).toEqual(bar);
  expect(bars.answering(requestOf("pump-1", "second"))).toBeUndefined();
  const second = make("pump-1", "second");
  bars.learn(liftedOf(bars, "pump-1"));
  expect(bars.answering(requestOf("pump-1", "second"))).toMatchObject({ id: second.id });
});

it("lets a device in when another region lifts its bar, in whatever order that is heard", () => {
  const here = barsOf();
  const there = barsOf({ region: "eu-west" });
  const bar = here.make("pump-1");
  there.bars.learn(bar);
  const lifted = liftedOf(there.bars, "pump-1");
  expect(lifted).toMatchObject({ id: bar.id, region: "us-east", lifted: { by: "ann" } });
  for (const order of [
    [bar, lifted],
    [lifted, bar],
  ]) {
    const { bars } = barsOf({ region: "ap-south" });
    for (const each of order) bars.learn(each);
    expect(bars.isBarred("pump-1")).toBe(false);
  }
  expect(there.bars.lifted(lifting("pump-2"))).toBeUndefined();
});

it("makes what comes after a bar later than it, although the clock of its region is ahead", () => {
  const ahead = barsOf({ region: "eu-west" });
  ahead.pass(60_000);
  const here = barsOf();
  const bar = ahead.make("pump-1");
  here.bars.learn(bar);
  here.bars.learn(liftedOf(here.bars, "pump-1"));
  expect(here.bars.isBarred("pump-1")).toBe(false);
  const again = here.make("pump-1", "again");
  expect(again.sinceMs).toBeGreaterThan(bar.sinceMs);
  expect(here.bars.isBarred("pump-1")).toBe(true);
});

it("says once that a device is kept out from now on", () => {
  const { bars } = barsOf();
  const bar = bars.made(requestOf("pump-1"));
  expect([bars.learn(bar), bars.learn(bar)]).toEqual([true, false]);
});
