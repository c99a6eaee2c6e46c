import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { storedAlerts } from "./alerts.fixture.ts";
import { findLast, readRequest, refused, resumed } from "./resume.ts";

const nowMs = Date.UTC(2026, 0, 9);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it("reads what a device asks for, and nothing else", () => {
  const last = "ab".repeat(32);
  expect(readRequest(json({ last }), nowMs)).toEqual({ last });
  expect(readRequest(json({ since: "2026-01-02T03:04:05Z" }), nowMs)).toEqual({
    since: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
  for (const wrong of [
    {},
    { last: "AB" },
    { since: 1 },
    { last, since: "2026-01-02T03:04:05Z" },
    7,
  ]) {
    expect(readRequest(json(wrong), nowMs)).toBe("malformed");
  }
  expect(readRequest(Buffer.from("{"), nowMs)).toBe("malformed");
});

it("says how many came, or why none do", () => {
  expect(JSON.parse(resumed(12).toString())).toEqual({
    ...{ sentinel: "resume", complete: true, alerts: 12 },
  });
  expect(JSON.parse(refused("busy").toString())).toMatchObject({
    ...{ sentinel: "resume", refused: "busy" },
  });
});

it("takes no time that is yet to come, but for a clock that is a little ahead", () => {
  const at = (ms: number) => readRequest(json({ since: new Date(ms).toISOString() }), nowMs);
  expect(at(nowMs + 59_000)).toEqual({ since: nowMs });
  expect(at(nowMs + 61_000)).toBe("not-yet");
});

describe("the last alert that a device has", () => {
  const hash = (payload: string) => createHash("sha256").update(payload).digest("hex");
  const inTurn = <T>(read: () => Promise<T>) => read();
  const { signal } = new AbortController();
  async function after(payload: string, payloads: readonly string[], since = 0) {
    const source = storedAlerts(payloads);
    const who = { sources: [source], clientId: "pump-7" };
    const request = { ...who, hash: hash(payload), since, inTurn, signal };
    const place = (await findLast(request))?.get(source);
    return place && (await source.read("pump-7", place))?.alerts.map(({ data }) => `${data}`);
  }

  it("is the first of two that say the same", async () => {
    expect(await after("A", ["A", "B", "A"])).toEqual(["B", "A"]);
  });

  it("is the first of those that are not known to have arrived", async () => {
    expect(await after("A", ["A", "B", "A", "C", "A", "D"], 3)).toEqual(["C", "A", "D"]);
  });

  it("is the last of those before, when there is none", async () => {
    expect(await after("A", ["A", "B", "A", "C", "D"], 4)).toEqual(["C", "D"]);
    expect(await after("E", ["A", "B"], 1)).toBeUndefined();
  });

  it("is found behind many", async () => {
    const many = Array.from({ length: 180 }, (_, n) => `${n}`);
    expect(await after("170", many)).toEqual(many.slice(171));
  });
});
