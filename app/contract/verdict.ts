/** What happens to a message, weakest first: the strongest finding decides. */
export const verdicts = ["allow", "tag", "quarantine", "deny"] as const;
export type Verdict = (typeof verdicts)[number];

export const levels = ["informational", "low", "medium", "high", "critical"] as const;
export type Level = (typeof levels)[number];

/** The inspection stage that found something; the second token of `events.<class>.<id>`. */
export const findingClasses = ["pattern", "anomaly", "recipient", "signature"] as const;
export type FindingClass = (typeof findingClasses)[number];

/** One thing that a stage noticed about one message. */
export interface Finding {
  readonly class: FindingClass;
  /** Rule id or the name of the check: stable, it is what incidents are grouped by. */
  readonly rule: string;
  readonly title: string;
  readonly level: Level;
  /** What this finding alone asks for. */
  readonly verdict: Verdict;
  /** 0 to 1. */
  readonly confidence: number;
  /** ATT&CK technique ids, such as `attack.t1190`. */
  readonly tags: readonly string[];
}
