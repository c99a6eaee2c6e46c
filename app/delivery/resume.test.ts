import { expect, it } from "vitest";
import { readRequest, refused, resumed } from "./resume.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it("reads what a device asks for, and nothing else", () => {
  const last = "ab".repeat(32);
  expect(readRequest(json({ last }))).toEqual({ last });
  expect(readRequest(json({ since: "2026-01-02T03:04:05Z" }))).toEqual({
    since: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
  for (const wrong of [
    {},
    { last: "AB" },
    { since: 1 },
    { last, since: "2026-01-02T03:04:05Z" },
    7,
  ]) {
    expect(readRequest(json(wrong))).toBeUndefined();
  }
  expect(readRequest(Buffer.from("{"))).toBeUndefined();
});

it("says how many came, or why none do", () => {
  expect(JSON.parse(resumed(12).toString())).toEqual({
    ...{ sentinel: "resume", complete: true, alerts: 12 },
  });
  expect(JSON.parse(refused("busy").toString())).toMatchObject({
    ...{ sentinel: "resume", refused: "busy" },
  });
});
