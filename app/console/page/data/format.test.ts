import { expect, it } from "vitest";
import { count, dateTime, duration, megabytes, noValue, rate, zoneName } from "./format.ts";

it("writes figures so that they can be compared", () => {
  expect([count(1_234_567), count(undefined)]).toEqual(["1,234,567", noValue]);
  expect([rate(0.44), rate(99.96), rate(1_234)]).toEqual(["0.4", "100.0", "1,234"]);
  expect(megabytes(101_600_000)).toBe("102 MB");
});

it.each([
  [0, "0 s"],
  [999, "0 s"],
  [61_000, "1 min 1 s"],
  [3_600_000, "1 h"],
  [90_061_000, "1 d 1 h"],
  [-5_000, "0 s"],
])("writes %i ms as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it("writes times in UTC or as clocks are here, and what is no time as nothing", () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect(dateTime(at, "utc")).toBe("2026-01-02 03:04:05");
  const here = new Date(at);
  expect(dateTime(at, "local").slice(11, 16)).toBe(
    [here.getHours(), here.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":"),
  );
  expect(dateTime("never", "utc")).toBe(noValue);
  expect([zoneName("utc"), zoneName("local", here)]).toEqual([
    "UTC",
    expect.stringMatching(/^UTC[+\u2212]\d\d:\d\d$/),
  ]);
});
