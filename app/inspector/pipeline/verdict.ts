import type { Origin } from "../../contract/subjects.ts";
import { type Finding, type Verdict, verdicts } from "../../contract/verdict.ts";

/**
 * What one finding leads to, given where the message came from.
 *
 * An alert of the trusted upstream may quote the very attack that it warns of, and may come in
 * bursts because something happens: for its text and its pace it is tagged, never held back.
 * Whom it is addressed to, and whose it is, are other matters.
 */
export function consequenceOf(origin: Origin, finding: Finding): Verdict {
  if (origin === "device" || isAboutSending(finding)) return finding.verdict;
  return weaker(finding.verdict, "tag");
}

const isAboutSending = ({ class: about }: Finding) =>
  about === "recipient" || about === "signature";

/** The strongest consequence decides; nothing found is `allow`. */
export function verdictOf(origin: Origin, findings: readonly Finding[]): Verdict {
  return findings
    .map((finding) => consequenceOf(origin, finding))
    .reduce<Verdict>((worst, next) => (rank(next) > rank(worst) ? next : worst), "allow");
}

function weaker(a: Verdict, b: Verdict): Verdict {
  return rank(a) < rank(b) ? a : b;
}

const rank = (verdict: Verdict) => verdicts.indexOf(verdict);
