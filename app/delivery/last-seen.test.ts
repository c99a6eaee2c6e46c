import { describe, expect, it } from "vitest";
import {
  afterEnd,
  hasEnded,
  isCaughtUp,
  lacksUntold,
  neverSeen,
  parseLastSeen,
  unsubscribed,
} from "./last-seen.ts";

const minute = 60_000;
const overlapMs = 17 * minute;
const session = (start: number, stop: number) => ({ clientId: "pump-7", start, stop });
const caughtUp = { subscribed: 1_000 * minute, sent: 1_001 * minute };
const seen = { since: 500 * minute, caughtUp };

describe("the end of a session", () => {
  it("proves what was sent but for the while in which a dead line is not noticed", () => {
    const after = afterEnd(seen, session(1_000 * minute, 1_100 * minute), overlapMs);
    expect(after.since).toBe(1_083 * minute);
  });

  it("proves nothing when the session was not longer than that, since the device was caught up", () => {
    const after = afterEnd(seen, session(1_000 * minute, 1_018 * minute), overlapMs);
    expect(after.since).toBe(seen.since);
  });

  it("proves nothing when the device was not caught up in that session", () => {
    const after = afterEnd(seen, session(1_002 * minute, 1_100 * minute), overlapMs);
    expect(after.since).toBe(seen.since);
    expect(afterEnd(neverSeen, session(0, 1_100 * minute), overlapMs).since).toBe(0);
  });

  it("proves nothing when it seems to have begun after the device was caught up in it, by a clock that is ahead", () => {
    const { subscribed } = caughtUp;
    const stop = 1_100 * minute;
    expect(afterEnd(seen, session(subscribed + 1, stop), overlapMs).since).toBe(seen.since);
    expect(afterEnd(seen, session(subscribed - 1, stop), overlapMs).since).toBe(stop - overlapMs);
  });

  it("never takes back what is known, in whatever order ends are told", () => {
    const later = afterEnd(seen, session(1_000 * minute, 1_200 * minute), overlapMs);
    const earlier = afterEnd(later, session(1_000 * minute, 1_100 * minute), overlapMs);
    expect(earlier).toEqual(later);
  });
});

it("proves nothing when the device gave up its subscription in that session", () => {
  const after = afterEnd(unsubscribed(seen), session(1_000 * minute, 1_100 * minute), overlapMs);
  expect(after.since).toBe(seen.since);
});

it("knows of nothing that is yet to come", () => {
  const json = Buffer.from(JSON.stringify(seen));
  expect(parseLastSeen(json, 600 * minute)).toEqual(seen);
  expect(parseLastSeen(json, 400 * minute)).toEqual({ ...seen, since: 400 * minute });
});

it("knows whether a session may still be open somewhere", () => {
  expect(hasEnded(neverSeen)).toBe(false);
  expect(hasEnded(seen)).toBe(false);
  expect(hasEnded({ ...seen, ended: 1_050 * minute })).toBe(true);
  expect(hasEnded({ ...seen, ended: 900 * minute })).toBe(false);
});

describe("a session in which the device was caught up", () => {
  const { subscribed } = caughtUp;

  it("is known by clocks that differ by a second, whichever is ahead", () => {
    expect(isCaughtUp(seen, subscribed)).toBe(true);
    expect(isCaughtUp(seen, subscribed + 1_000)).toBe(true);
    expect(isCaughtUp(seen, subscribed - 1_000)).toBe(true);
  });

  it("is no later one, nor any of a device of which nothing is known", () => {
    expect(isCaughtUp(seen, subscribed + 1_001)).toBe(false);
    expect(isCaughtUp(neverSeen, subscribed)).toBe(false);
    expect(isCaughtUp(unsubscribed(seen), subscribed)).toBe(false);
  });
});

it("has a device told once that alerts which it may lack are no longer kept", () => {
  expect(lacksUntold(seen, seen.since + 1)).toBe(true);
  expect(lacksUntold(seen, seen.since)).toBe(false);
  expect(lacksUntold({ ...seen, told: seen.since }, seen.since + 1)).toBe(false);
  expect(lacksUntold({ ...seen, told: seen.since - 1 }, seen.since + 1)).toBe(true);
  expect(lacksUntold(neverSeen, 1)).toBe(false);
});
