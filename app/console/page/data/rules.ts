import type { Origin } from "../../../contract/subjects.ts";
import { type Level, levels } from "../../../contract/verdict.ts";
import { count } from "./format.ts";

/** What the API says of rules, and of checks that are built in. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly shipped: boolean;
  readonly level?: Level;
  readonly action?: keyof typeof actionNames;
  readonly status?: "experimental" | "test" | "stable";
  readonly techniques: readonly string[];
  readonly findings?: number;
  readonly incidents: {
    readonly open: number;
    readonly tp: number;
    readonly fp: number;
    readonly benign: number;
  };
}

export interface WholeRule extends Rule {
  readonly description?: string;
  readonly confidence?: number;
  readonly origins?: readonly Origin[];
  readonly condition?: string;
  readonly falsePositives?: readonly string[];
  readonly examples?: { readonly match: readonly string[]; readonly clean: readonly string[] };
  readonly pack?: { readonly name: string; readonly version: string };
}

export interface RuleList {
  readonly rules: readonly Rule[];
  readonly counted?: { readonly since: string; readonly complete: boolean };
}

export const actionNames = {
  tag: "delivered, tagged",
  quarantine: "held",
  deny: "held, an attack",
} as const;

/** The worst first. */
export const ruleLevels = levels.toReversed();

export const rulePath = (id: string) => `/rules/${encodeURIComponent(id)}`;

/** Those that the address asks for: what found most first, then the worst. */
export function shownRules(rules: readonly Rule[], address: URLSearchParams): readonly Rule[] {
  const [level, text] = [address.get("level"), address.get("text")?.toLowerCase()];
  const weight = (rule: Rule) => (rule.level ? levels.indexOf(rule.level) : -1);
  return rules
    .filter((rule) => !level || rule.level === level)
    .filter(({ id, title, techniques }) =>
      text ? [id, title, ...techniques].some((each) => each.toLowerCase().includes(text)) : true,
    )
    .toSorted((a, b) => (b.findings ?? 0) - (a.findings ?? 0) || weight(b) - weight(a));
}

/** How often people found the rule to be mistaken, of how many times they decided. */
export function mistaken({ incidents: { tp, fp, benign } }: Pick<Rule, "incidents">): string {
  const decided = tp + fp + benign;
  if (decided === 0) return "–";
  return `${Math.round((100 * fp) / decided)} % of ${count(decided)}`;
}
