import { createFieldTests } from "./fields/field-tests.ts";
import { createLeafSearch } from "./leaf-search.ts";
import { createMatcher, type RuleMatcher } from "./matcher.ts";

/**
 * What the cost of rules is compared with: a message unfolded and read once for one text and once
 * for one pattern, as any rules would have it.
 *
 * It is as much slower on a slow or crowded machine as the rules are.
 */
export function createReference(): RuleMatcher {
  return createMatcher({
    version: "reference",
    search: createLeafSearch({ texts: ["(?i:reference)"], patterns: ["(?i:refer(?:ee|red))"] }),
    rules: [],
    users: [[], []],
    fields: createFieldTests([]),
    unannounced: [],
    readingJson: [],
    leafOfFormat: () => undefined,
  });
}
