import type { RuleMatcher } from "./matcher.ts";
import type { RuleDocument } from "./rule.ts";

/** What is wrong with the rule's own examples, one line each; empty if they hold. */
export function failedExamples(rule: RuleDocument, matcher: RuleMatcher): readonly string[] {
  const { origins, examples } = rule.sentinel;
  const reported = (text: string, origin: (typeof origins)[number]) =>
    matcher.match(Buffer.from(text), origin).some((match) => match.rule === rule.id);
  const where = `${rule.file}: rule "${rule.title}"`;
  return origins.flatMap((origin) => [
    ...examples.match
      .filter((text) => !reported(text, origin))
      .map((text) => `${where}: misses ${JSON.stringify(text)}; correct the rule or the example`),
    ...examples.clean
      .filter((text) => reported(text, origin))
      .map((text) => `${where}: reports ${JSON.stringify(text)}; correct the rule or the example`),
  ]);
}
