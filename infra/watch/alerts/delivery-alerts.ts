import { deadLetters, deliveryBound, overInBoth } from "../queries.ts";
import { targets } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

const inspected = (verdicts: string) =>
  `sum by (origin) (rate(sentinel_inspector_inspected_messages_total${verdicts}[10m]))`;
const heldBack = inspected(`{verdict=~"quarantine|deny"}`);

/** Whether alerts arrive, in time, and whether they are let through. */
export const deliveryAlerts: readonly Alert[] = [
  {
    name: "SentinelDeliveryLatencyHigh",
    severity: "warning",
    when: overInBoth(deliveryBound, targets.deliverySeconds),
    lasting: "2m",
    summary: "Alerts take {{ $value | humanizeDuration }} (P99, upper bound) from bridge to stream",
    impact: `The target from publish to device is ${targets.deliverySeconds * 1000} ms; this part alone exceeds it.`,
  },
  {
    name: "SentinelDeadLettersRising",
    severity: "warning",
    when: `sum by (reason) (${deadLetters("15m")}) > 10`,
    lasting: "0s",
    summary: "{{ $value | humanize }} messages were refused in 15 minutes: {{ $labels.reason }}",
    impact: "They are in DEAD_LETTER and reach no device.",
  },
  {
    name: "SentinelQuarantineSurge",
    severity: "warning",
    when: `${heldBack} / ${inspected("")} > 0.05 and ${heldBack} > 1`,
    lasting: "5m",
    summary:
      "{{ $value | humanizePercentage }} of the messages from {{ $labels.origin }} are held back",
    impact:
      "An attack, a rule that is too broad, or publishers that address devices which are not registered.",
  },
];
