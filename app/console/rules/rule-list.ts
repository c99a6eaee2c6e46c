import type { Incident } from "../../incidents/incident.ts";
import type { RuleDocument } from "../../inspector/patterns/rule.ts";
import type { RuleHits } from "./rule-hits.ts";

/** What people have found a rule's incidents to be. */
export interface RuleIncidents {
  readonly open: number;
  readonly tp: number;
  readonly fp: number;
  readonly benign: number;
}

/** A rule of the pack, or a check that is built in: of that, what is found is all that says what it is. */
export interface ListedRule {
  readonly id: string;
  readonly title: string;
  readonly document: RuleDocument | undefined;
  /** Of the last day. Undefined: they could not be counted. */
  readonly findings: number | undefined;
  readonly incidents: RuleIncidents;
}

const none: RuleIncidents = { open: 0, tp: 0, fp: 0, benign: 0 };

/** Every rule of the pack in its order, then what else has found something. */
export function listRules(
  documents: readonly RuleDocument[],
  incidents: Iterable<Incident>,
  hits: RuleHits | undefined,
): readonly ListedRule[] {
  const counted = countIncidents(incidents);
  const shipped = new Set(documents.map(({ id }) => id));
  const titles = new Map<string, string>();
  for (const [id, { title }] of counted) titles.set(id, title);
  for (const [id, { title }] of hits?.byRule ?? []) titles.set(id, title);
  const listed = (id: string, title: string, document?: RuleDocument): ListedRule => ({
    ...{ id, title, document },
    findings: hits && (hits.byRule.get(id)?.findings ?? 0),
    incidents: counted.get(id)?.incidents ?? none,
  });
  return [
    ...documents.map((each) => listed(each.id, each.title, each)),
    ...[...titles].filter(([id]) => !shipped.has(id)).map(([id, title]) => listed(id, title)),
  ];
}

function countIncidents(incidents: Iterable<Incident>) {
  const counted = new Map<
    string,
    { title: string; incidents: Record<keyof RuleIncidents, number> }
  >();
  for (const { rule, verdict } of incidents) {
    const of = counted.get(rule.id) ?? { title: rule.title, incidents: { ...none } };
    of.incidents[verdict ?? "open"]++;
    counted.set(rule.id, of);
  }
  return counted;
}
