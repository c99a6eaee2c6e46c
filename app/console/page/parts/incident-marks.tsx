import type { Level } from "../../../contract/verdict.ts";
import { type Incident, stateOf } from "../data/incidents.ts";
import { Icon } from "./icons.tsx";

const severities = {
  informational: ["circle", "plain"],
  low: ["circle", "plain"],
  medium: ["diamond", "warn"],
  high: ["warn", "bad"],
  critical: ["bad", "bad"],
} as const satisfies Record<Level, unknown>;

/** How bad it is: a sign, a word and a colour. */
export function Severity({ severity }: { readonly severity: Level }) {
  const [icon, colour] = severities[severity];
  return (
    <span className={`status status-${colour}`}>
      <Icon name={icon} /> {severity}
    </span>
  );
}

const states = {
  new: ["circle", "warn"],
  in_progress: ["next", "plain"],
  closed: ["good", "good"],
} as const;

/** What has become of an incident: a sign, words and a colour. */
export function IncidentState({ incident }: { readonly incident: Incident }) {
  const [icon, colour] = states[incident.status];
  return (
    <span className={`status-${colour}`}>
      <Icon name={icon} /> {stateOf(incident)}
    </span>
  );
}
