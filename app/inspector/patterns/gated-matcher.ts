import type { RuleMatcher } from "./matcher.ts";
import type { PatternMatcher } from "./pattern-matcher.ts";
import type { Origin } from "./rule.ts";
import { TurnBudget } from "./turn-budget.ts";

/**
 * Larger payloads are matched in a thread of their own. A pack is admitted when the dearest kind of
 * text takes at most 2 ms of processor for 4 KiB, so this much takes 4 ms at the very most; with the
 * pack that ships it is half a millisecond.
 */
export const inlineLimitBytes = 8 * 1024;
/** So much matching in one turn of the event loop, and the message that exceeds it. */
const turnLimitMs = 2;

/** Matches small payloads at once, as long as the event loop has its turns, and large ones elsewhere. */
export function createGatedMatcher(
  rules: RuleMatcher,
  elsewhere: Pick<PatternMatcher, "match">,
): PatternMatcher {
  const turn = new TurnBudget(turnLimitMs);

  const here = (payload: Uint8Array, origin: Origin) => {
    const startMs = performance.now();
    try {
      return rules.match(payload, origin);
    } finally {
      turn.spend(performance.now() - startMs);
    }
  };
  const inALaterTurn = async (payload: Uint8Array, origin: Origin) => {
    for (let pause = turn.pause(); pause; pause = turn.pause()) await pause;
    return here(payload, origin);
  };
  return {
    version: rules.version,
    size: rules.size,
    match(payload, origin) {
      if (payload.length > inlineLimitBytes) return elsewhere.match(payload, origin);
      return turn.pause() ? inALaterTurn(payload, origin) : here(payload, origin);
    },
  };
}
