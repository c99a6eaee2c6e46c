import type { Finding } from "../../../contract/verdict.ts";
import { type Deviation, surgeFactor } from "./client-baselines.ts";

/** At this many times its usual pace and at this many messages a second a client floods. */
const floodFactor = 32;
const floodRate = 50;

/** A flood is held back where the policy allows; what merely stands out is only marked. */
export function anomalyFindings(deviation: Deviation): readonly Finding[] {
  if (!deviation.surging && !deviation.oversized) return [];
  const findings: Finding[] = [];
  if (deviation.surging) findings.push(paceFinding(deviation));
  if (deviation.oversized) {
    findings.push({
      class: "anomaly",
      rule: "size-outlier",
      title: "Message far larger than this client's usual ones",
      level: "low",
      verdict: "tag",
      // 6 deviations, the least that is reported, are worth 0.5; 12 and more 1.
      confidence: Math.min(1, deviation.size / 12),
      tags: [],
    });
  }
  return findings;
}

function paceFinding({ pace, rate }: Deviation): Finding {
  const flood = pace >= floodFactor && rate >= floodRate;
  return {
    class: "anomaly",
    rule: flood ? "client-flood" : "rate-surge",
    title: flood ? "Client floods" : "Client sends far faster than usual",
    level: flood ? "high" : "low",
    verdict: flood ? "quarantine" : "tag",
    confidence: flood ? 0.9 : Math.min(0.9, Math.log(pace) / (2 * Math.log(surgeFactor))),
    tags: flood ? ["attack.t1499"] : [],
  };
}
