import type { ThoroughMatcher } from "./matcher.ts";
import { messageOf, type RuleDocument } from "./rule.ts";

/** What is wrong with the rule's own examples, one line each; empty if they hold. */
export function failedExamples(
  rule: RuleDocument,
  matcher: Pick<ThoroughMatcher, "matchAll">,
): readonly string[] {
  const { origins, examples } = rule.sentinel;
  const reported = (example: (typeof examples.match)[number], origin: (typeof origins)[number]) => {
    const { text, envelope } = messageOf(example);
    const matches = matcher.matchAll(Buffer.from(text), origin, envelope);
    return matches.some((match) => match.rule === rule.id);
  };
  const where = `${rule.file}: rule "${rule.title}"`;
  return origins.flatMap((origin) => [
    ...examples.match
      .filter((example) => !reported(example, origin))
      .map(
        (example) => `${where}: misses ${JSON.stringify(example)}; correct the rule or the example`,
      ),
    ...examples.clean
      .filter((example) => reported(example, origin))
      .map(
        (example) =>
          `${where}: reports ${JSON.stringify(example)}; correct the rule or the example`,
      ),
  ]);
}
