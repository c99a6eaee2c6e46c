import { describe, expect, it } from "vitest";
import { createActiveRules } from "./active-rules.ts";
import { admitRules } from "./admission.ts";
import { compileRules } from "./compile.ts";
import { honestFolder, loadReports } from "./honest-reports.ts";
import { loadRulePack } from "./load-pack.ts";
import type { RuleDocument } from "./rule.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";
import { sampleRule } from "./sample-rule.ts";

const few = { messages: 12 };

function ruleOf(...patterns: readonly string[]): RuleDocument {
  return sampleRule({ detection: { words: { "payload|re": patterns }, condition: "words" } });
}

/** Each letter starts a count of its own, and every mix of running counts is a new state. */
const countedRepeats = ruleOf("(?:[a-z0-9]{1,200}x){1,4}!");
const withinLint = ruleOf(...Array.from("aeotn123", (first) => `${first}[^!]{0,32}!!`));

describe("admitRules", () => {
  it("admits the pack that ships, with a figure for each kind of text", async () => {
    const directory = `${import.meta.dirname}/../../../rules`;
    const rules = await loadRulePack(directory);
    const honest = await loadReports(`${directory}/${honestFolder}`);
    const report = admitRules(compileRules(rules), { honest });
    expect(report).toMatchObject({ ok: true, reasons: [] });
    expect(report.figures.map((figure) => figure.corpus)).toContain("near-misses");
    for (const figure of report.figures) expect(figure.messages).toBeGreaterThan(0);
  });

  it.each([
    ["counted repeats", countedRepeats],
    ["what the lint lets pass", withinLint],
  ])("refuses %s by their cost", (_name, bomb) => {
    const report = admitRules(compileRules([bomb]), few);
    expect(report.ok).toBe(false);
    expect(report.reasons.join()).toMatch(
      /times as dear as the reference .*, the limit is 40 times/,
    );
  });

  it("refuses a grave rule that reports ordinary alerts", () => {
    const detection = { words: { "payload|contains": "severity" }, condition: "words" };
    expect(admitRules(compileRules([sampleRule({ detection })]), few).reasons).toContain(
      'benign: "Sample" reports an ordinary alert; narrow the rule',
    );
  });

  it("refuses a rule that holds an honest report back, whatever its level", () => {
    const honest = [Buffer.from('{"robot":"amr-7","estop_active":false}')];
    const detection = { words: { "payload|contains": "estop_active" }, condition: "words" };
    const holding = sampleRule({
      detection,
      rest: { level: "low" },
      sentinel: { action: "quarantine" },
    });
    expect(admitRules(compileRules([holding]), { ...few, honest }).reasons).toEqual([
      expect.stringMatching(/^honest: "Sample" reports .*estop_active.*narrow the rule/),
    ]);
    const tagging = sampleRule({
      detection,
      rest: { level: "low" },
      sentinel: { action: "tag" },
    });
    expect(admitRules(compileRules([tagging]), { ...few, honest })).toMatchObject({ ok: true });
  });

  it("refuses a rule that reports bytes which are no text", () => {
    const detection = { words: { "payload|re": "[a-z0-9/+-]{6}" }, condition: "words" };
    const reasons = admitRules(compileRules([sampleRule({ detection })]), few).reasons;
    expect(reasons.join()).toMatch(/honest: "Sample" reports/);
  });

  it.each([
    [{ "mqtt.qos": [0, 1, 2] }],
    [{ "mqtt.publish.topic|startswith": "clients/" }],
    [{ "mqtt.connect.clientid|exists": true }],
  ])("refuses a rule that holds for what each report is published as: %j", (words) => {
    const rules = [sampleRule({ detection: { words, condition: "words" } })];
    const { reasons } = admitRules(compileRules(rules), few);
    expect(reasons.join()).toMatch(/honest: "Sample" reports/);
  });

  it("refuses rules whose engine fails instead of throwing", () => {
    const matcher = compileRules([sampleRule()]);
    const broken = {
      ...matcher,
      matchAll: () => {
        throw new Error("out of memory");
      },
    };
    expect(admitRules(broken, few)).toMatchObject({
      ok: false,
      reasons: expect.arrayContaining(["benign: Error: out of memory"]),
    });
  });
});

describe("createActiveRules", () => {
  const admit = (candidate: Parameters<typeof admitRules>[0]) => admitRules(candidate, few);

  it("puts an admitted pack in force", () => {
    const active = createActiveRules([sampleRule()], admit);
    const report = active.offer([ruleOf("burglary")]);
    expect(report.ok).toBe(true);
    expect(active.current.version).toBe(report.version);
    expect(active.current.match(Buffer.from("burglary"), "device")).toHaveLength(1);
  });

  it("stays with the pack before when the next is refused or does not compile", () => {
    const active = createActiveRules([sampleRule()], admit);
    const { version } = active.current;
    expect(active.offer([withinLint]).ok).toBe(false);
    expect(active.offer([ruleOf("(")])).toMatchObject({ ok: false });
    expect(active.offer([])).toMatchObject({ ok: false });
    expect(active.current.version).toBe(version);
  });

  it("does not start on a pack that is refused", () => {
    expect(() => createActiveRules([withinLint], admit)).toThrow(RulePackInvalid);
  });
});
