import { beforeEach, describe, expect, it } from "vitest";
import {
  askedMs,
  MirrorPatience,
  type MirrorSight,
  patienceMs,
  silenceMs,
} from "./mirror-patience.ts";

const mirror = { peer: "eu-west", stream: "MQTT_ALERTS" } as const;
const stalled: MirrorSight = { ...mirror, silentMs: 20_000, linked: true };
const other: MirrorSight = { ...stalled, stream: "LOGINS" };

let patience: MirrorPatience;
beforeEach(() => {
  patience = new MirrorPatience();
});

/** When a mirror was due, looked at once a second for so long: in seconds. */
function attempts(seconds: number, sightAt: (second: number) => MirrorSight | undefined) {
  const due: number[] = [];
  for (let second = 0; second < seconds; second++) {
    const sight = sightAt(second);
    if (patience.due(sight ? [sight] : [], 1e12 + second * 1_000).length > 0) due.push(second);
  }
  return due;
}

describe("a mirror that hears nothing over a link that stands", () => {
  it("is due when nats-server has not seen to it by itself meanwhile", () => {
    expect(patience.due([stalled, other], 1e12)).toEqual([]);
    expect(patience.due([stalled, other], 1e12 + patienceMs)).toEqual([
      mirror,
      { ...mirror, stream: "LOGINS" },
    ]);
  });

  it("is due as well when it has never heard anything", () => {
    expect(attempts(3, () => ({ ...stalled, silentMs: Number.POSITIVE_INFINITY }))).toEqual([1]);
  });

  it("is due less and less often while that helps nothing", () => {
    expect(attempts(370, () => stalled)).toEqual([1, 4, 10, 22, 46, 94, 184, 274, 364]);
  });

  it("is due less often also when its request is granted each time, and nothing comes", () => {
    let grantedAt = Number.NEGATIVE_INFINITY;
    const granted = (second: number) => {
      const silentMs = (second - grantedAt) * 1_000;
      const sight = { ...stalled, silentMs };
      if (silentMs > 7_000) grantedAt = second;
      return sight;
    };
    const due = attempts(400, granted);
    expect(due.length).toBeLessThan(12);
  });

  it("is due less often also when others lead it in between", () => {
    const led = (second: number) => (second % 4 < 2 ? stalled : undefined);
    expect(attempts(60, led)).toEqual([1, 5, 13, 25, 49]);
  });
});

it("leaves alone what has been heard within a few heartbeats", () => {
  expect(attempts(60, () => ({ ...stalled, silentMs: silenceMs }))).toEqual([]);
});

it("leaves alone what nobody could hear, and begins anew when the link is back", () => {
  const cut = (second: number) => ({ ...stalled, linked: second < 8 || second > 30 });
  expect(attempts(40, cut)).toEqual([1, 4, 31, 34]);
});

it("waits no longer than the link was away for a mirror that has asked in vain meanwhile", () => {
  const cut = (silentMs: number) => (second: number) => ({
    ...stalled,
    silentMs,
    linked: second > 4,
  });
  expect(attempts(8, cut(askedMs + 1))).toEqual([5]);
  patience = new MirrorPatience();
  expect(attempts(8, cut(Number.POSITIVE_INFINITY))).toEqual([5]);
  patience = new MirrorPatience();
  // By then nats-server has perhaps not asked: it does so as soon as the link stands.
  expect(attempts(8, cut(askedMs))).toEqual([6]);
});

it("moves no mirror more often than every three seconds for a link that comes and goes", () => {
  expect(attempts(12, (second) => ({ ...stalled, linked: second % 2 === 1 }))).toEqual([1, 5, 9]);
});

it("waits a moment after the link is back for a mirror that another server has led until then", () => {
  const led = (second: number) =>
    second < 4 ? { ...stalled, linked: false } : second < 6 ? undefined : stalled;
  expect(attempts(8, led)).toEqual([7]);
});

it("begins anew when what it had helped was heard again", () => {
  const heard = (second: number) => ({
    ...stalled,
    silentMs: second > 8 && second < 20 ? 0 : 20_000,
  });
  expect(attempts(30, heard)).toEqual([1, 4, 21, 24]);
});
