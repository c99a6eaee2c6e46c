import type { Envelope } from "./envelope.ts";
import type { RuleMatch } from "./matcher.ts";
import type { Origin } from "./rule.ts";

/** What the inspection asks of the rules, wherever the matching is done. */
export interface PatternMatcher {
  readonly version: string;
  /** Number of rules. */
  readonly size: number;
  /**
   * At once where there is nothing to wait for.
   *
   * @throws MatchFailed when it could not be done now, MatchTooDear when it never ends in time.
   */
  match(
    payload: Uint8Array,
    origin: Origin,
    envelope?: Envelope,
  ): readonly RuleMatch[] | Promise<readonly RuleMatch[]>;
}

/** The matching of this payload did not end within its budget, each time that it was tried. */
export class MatchTooDear extends Error {
  override readonly name = "MatchTooDear";

  constructor(bytes: number, tries: number) {
    super(`the matching of ${bytes} bytes did not end in time, ${tries} times`);
  }
}
