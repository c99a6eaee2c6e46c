import { type AdmissionReport, admitRules } from "./admission.ts";
import { type CompiledRules, compileRules } from "./compile.ts";
import type { RuleMatcher } from "./matcher.ts";
import type { RuleDocument } from "./rule.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";

export interface ActiveRules {
  /** The matcher in force. Read it anew for each message. */
  readonly current: RuleMatcher;
  /** Puts the rules in force if they are admitted; otherwise the ones before stay. */
  offer(rules: readonly RuleDocument[]): AdmissionReport;
}

/** Holds the rules in force. The first ones must be admitted too: there is nothing to stay with. */
export function createActiveRules(
  first: readonly RuleDocument[],
  admit: (candidate: CompiledRules) => AdmissionReport = admitRules,
): ActiveRules {
  const candidate = compileRules(first);
  const report = admit(candidate);
  if (!report.ok) throw new RulePackInvalid(candidate.version, report.reasons);

  let current: RuleMatcher = candidate;
  return {
    get current() {
      return current;
    },
    offer(rules) {
      const next = tryCompile(rules);
      if ("reasons" in next) return next;
      const outcome = admit(next);
      if (outcome.ok) current = next;
      return outcome;
    },
  };
}

function tryCompile(rules: readonly RuleDocument[]): CompiledRules | AdmissionReport {
  try {
    return compileRules(rules);
  } catch (error) {
    const reasons = error instanceof RulePackInvalid ? error.problems : [String(error)];
    return { ok: false, version: "not compiled", figures: [], reasons };
  }
}
