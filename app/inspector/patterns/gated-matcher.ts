import type { Envelope } from "./envelope.ts";
import type { RuleMatcher } from "./matcher.ts";
import type { PatternMatcher } from "./pattern-matcher.ts";
import type { Origin } from "./rule.ts";
import { TurnBudget } from "./turn-budget.ts";
import { isPacked } from "./views/packed.ts";

/**
 * Larger payloads are matched in a thread of their own, and archives, whatever their size. This much
 * is unfolded to 28 KiB at the very most, of which the dearest kind of text takes the pack that ships
 * 0.17 ms a kilobyte.
 */
export const inlineLimitBytes = 5 * 1024;
/** So much matching in one turn of the event loop, and the message that exceeds it. */
const turnLimitMs = 2;

/** Matches small payloads at once, as long as the event loop has its turns, and large ones elsewhere. */
export function createGatedMatcher(
  rules: RuleMatcher,
  elsewhere: Pick<PatternMatcher, "match">,
): PatternMatcher {
  const turn = new TurnBudget(turnLimitMs);

  const here = (payload: Uint8Array, origin: Origin, envelope?: Envelope) => {
    const startMs = performance.now();
    try {
      return rules.match(payload, origin, envelope);
    } finally {
      turn.spend(performance.now() - startMs);
    }
  };
  const inALaterTurn = async (payload: Uint8Array, origin: Origin, envelope?: Envelope) => {
    for (let pause = turn.pause(); pause; pause = turn.pause()) await pause;
    return here(payload, origin, envelope);
  };
  return {
    version: rules.version,
    size: rules.size,
    match(payload, origin, envelope) {
      if (payload.length > inlineLimitBytes || isPacked(payload)) {
        return elsewhere.match(payload, origin, envelope);
      }
      return turn.pause()
        ? inALaterTurn(payload, origin, envelope)
        : here(payload, origin, envelope);
    },
  };
}
