import { describe, expect, it } from "vitest";
import type { CrowdResult } from "./auth-callers.ts";
import { checksOf, type Outcome } from "./auth-checks.ts";
import type { Scenario } from "./auth-scenarios.ts";

const latency = { count: 10, p50: 1, p99: 2, p999: 3, max: 4 };
const crowd = (result: Partial<CrowdResult>): CrowdResult => ({
  ...{ asked: 10, admitted: 10, refused: 0, unavailable: 0, unanswered: 0, latency },
  ...result,
});
const turnedAway = crowd({ admitted: 0, unavailable: 10 });
const scenario = (name: string, crowds: Scenario["crowds"]): Scenario => {
  const process = { decisions: 20, hitRatio: 1, readCalls: 0, idsRead: 0, cpuMsPerDecision: 0.1 };
  return { name, seconds: 1, crowds, process };
};
const trouble = (known: Partial<CrowdResult> = {}, strangers = turnedAway) =>
  ["slow", "silent", "gone", "flood"].map((name) =>
    scenario(name, { known: crowd(name === "gone" ? known : {}), strangers }),
  );
const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  cold: scenario("cold start", { known: crowd({}) }),
  steps: [scenario("500/s", { known: crowd({ admitted: 9, unanswered: 1 }) })],
  trouble: trouble(),
  mosquitto: { users: 1, loginsPerSecond: 1, refused: 0, latency },
  ...changes,
});
const broken = (changes: Partial<Outcome>) =>
  checksOf(outcome(changes)).flatMap(({ what, holds }) => (holds ? [] : what));

describe("what a run has to show", () => {
  it("holds, whatever rate the machine carries", () => {
    expect(checksOf(outcome())).toHaveLength(7);
    expect(broken({})).toEqual([]);
  });

  it("does not hold when a known device does not get in without DynamoDB", () => {
    const unanswered = trouble({ admitted: 9, unanswered: 1 });
    expect(broken({ trouble: unanswered })).toEqual([
      "known devices are admitted while DynamoDB is gone",
      "nobody waits longer than nats-server does",
    ]);
    expect(broken({ cold: scenario("cold start", { known: crowd({ refused: 1 }) }) })).toEqual([
      "no device is ever refused for its credentials",
    ]);
  });

  it("does not hold when a stranger gets in, or Mosquitto turns somebody away", () => {
    expect(broken({ trouble: trouble({}, crowd({ admitted: 1 })) })).toEqual([
      "no stranger is ever admitted",
    ]);
    const mosquitto = { ...outcome().mosquitto, refused: 1 };
    expect(broken({ mosquitto })).toEqual(["Mosquitto lets all its users in"]);
  });
});
