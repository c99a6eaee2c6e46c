import { expect, it } from "vitest";
import type { Finding } from "../../contract/verdict.ts";
import { MatchTooDear } from "../patterns/pattern-matcher.ts";
import { ClientBaselines } from "./anomaly/client-baselines.ts";
import { HeldMessages } from "./held-messages.ts";
import { type Inspection, inspect, StageFailed } from "./inspection.ts";
import type { InspectedMessage } from "./message.ts";
import { type InspectionState, type Stage, stages } from "./stages.ts";
import { verdictOf } from "./verdict.ts";

const message: InspectedMessage = {
  origin: "upstream",
  clientId: "pump-7",
  payload: Buffer.from("{}"),
  qos: 1,
  sequence: 4711,
  receivedMs: 1_800_000_000_000,
  recipient: "active",
};
const noRules = { version: "none", size: 0, match: () => [] };
const state = { rules: noRules, baselines: new ClientBaselines(10, 1) };
const onStage = () => {};
const onGivenUp = () => {};

const finding = (rule: string): Finding => ({
  class: "pattern",
  rule,
  title: rule,
  level: "low",
  verdict: "tag",
  confidence: 1,
  tags: [],
});

it("throws when a stage does, and goes on with that stage, not with those before it", async () => {
  const ran: string[] = [];
  let broken = true;
  const stage = (name: string, fails = false): Stage => ({
    name,
    find: () => {
      ran.push(name);
      if (fails && broken) throw new Error("out of memory");
      return [finding(name)];
    },
  });
  const run = {
    stages: [stage("one"), stage("two", true), stage("three")],
    state,
    onStage,
    onGivenUp,
  };
  const inspection: Inspection = { done: [] };
  await expect(inspect(message, inspection, run)).rejects.toThrow(StageFailed);
  await expect(inspect(message, inspection, run)).rejects.toThrow(/message 4711: stage two failed/);
  broken = false;
  const rules = (await inspect(message, inspection, run)).map(({ rule }) => rule);
  expect(rules).toEqual(["one", "two", "three"]);
  expect(ran).toEqual(["one", "two", "two", "two", "three"]);
});

it.each([
  ["device", "quarantine"],
  ["upstream", "tag"],
] as const)("neither passes nor keeps for ever what the rules of a %s fail with", async (origin, wanted) => {
  const failing = {
    ...noRules,
    match: () => {
      throw new Error("engine");
    },
  };
  const failures: string[] = [];
  const run = {
    ...{ stages, state: { ...state, rules: failing }, onStage },
    onGivenUp: (failure: Error) => failures.push(failure.message),
  };
  const inspection: Inspection = { done: [] };
  const again = () => inspect({ ...message, origin }, inspection, run);
  await expect(again()).rejects.toThrow("pattern-matching");
  const findings = await again();
  expect(findings.map(({ rule }) => rule)).toEqual(["matching-failed"]);
  expect(verdictOf(origin, findings)).toBe(wanted);
  expect(failures).toEqual([expect.stringContaining("message 4711: stage pattern-matching")]);
});

it.each([
  ["device", "quarantine"],
  ["upstream", "tag"],
] as const)("holds a message of a %s against its matching having no end", async (origin, wanted) => {
  const endless = { ...noRules, match: () => Promise.reject(new MatchTooDear(65_536, 2)) };
  const run = { stages, state: { ...state, rules: endless }, onStage, onGivenUp };
  const findings = await inspect({ ...message, origin }, { done: [] }, run);
  expect(findings.map(({ rule }) => rule)).toEqual(["inspection-budget-exceeded"]);
  expect(verdictOf(origin, findings)).toBe(wanted);
});

it.each([
  ["active", []],
  ["not-asked", []],
  ["unverified", [["recipient-unverified", "tag"]]],
  ["unknown", [["recipient-unknown", "quarantine"]]],
  ["suspended", [["recipient-suspended", "quarantine"]]],
  ["revoked", [["recipient-revoked", "quarantine"]]],
] as const)("judges a recipient that is %s", async (recipient, wanted) => {
  const findings = await inspect(
    { ...message, recipient },
    { done: [] },
    { stages, state, onStage, onGivenUp },
  );
  expect(findings.map(({ rule, verdict }) => [rule, verdict])).toEqual(wanted);
});

it("is not ready once a message has been held for 30 s, and ready again when it is released", () => {
  let nowMs = 0;
  const held = new HeldMessages(() => nowMs);
  held.add(4711);
  nowMs = 20_000;
  held.add(4711);
  held.add(4800);
  expect(held.notReady()).toBeUndefined();
  nowMs = 30_000;
  expect(held.notReady()).toContain("message 4711");
  held.delete(4711);
  expect(held.notReady()).toBeUndefined();
  expect(held.size).toBe(1);
});

it.each([
  ["upstream", { topic: "clients/pump-7/alerts" }],
  ["device", { topic: "clients/pump-7/reports", clientId: "pump-7", qos: 0 }],
] as const)("tells the rules how a message of %s came", async (origin, envelope) => {
  const asked: unknown[] = [];
  const rules: InspectionState["rules"] = {
    ...noRules,
    match: (...about) => {
      asked.push(about[2]);
      return [];
    },
  };
  const run = { stages: stages.slice(0, 1), state: { ...state, rules }, onStage, onGivenUp };
  await inspect({ ...message, origin, qos: 0 }, { done: [] }, run);
  expect(asked).toEqual([envelope]);
});
