import { Link, useLocation, useSearchParams } from "wouter";
import { useAsked } from "../data/asked.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import {
  actionNames,
  mistaken,
  type Rule,
  type RuleList,
  ruleLevels,
  rulePath,
  shownRules,
} from "../data/rules.ts";
import { Failure } from "../parts/failure.tsx";
import { ChoiceFilter, TextFilter } from "../parts/filters.tsx";
import { Severity } from "../parts/incident-marks.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** What findings are made by: how much each found today, and how often people found it mistaken. */
export function Rules() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<RuleList>("/rules");
  const list = answer?.body;
  const shown = list && shownRules(list.rules, address);
  return (
    <View title="Rules">
      <div className="filters">
        <TextFilter name="text" label="Title, id or technique" example="T1059" />
        <ChoiceFilter name="level" label="Level" of={ruleLevels} />
      </div>
      {failure && <Failure error={failure} again={again} />}
      {!shown && waits && <Waiting what="Counting the findings of a day" />}
      {list && shown && (
        <section className="panel" aria-label="Rules">
          {shown.length > 0 ? (
            <Rows rules={shown} />
          ) : (
            <p className="empty">No rule fits. Take a filter away.</p>
          )}
          <p className="so">
            {count(shown.length)} shown, what found most first. <Counted list={list} />
          </p>
        </section>
      )}
    </View>
  );
}

function Counted({ list: { counted } }: { readonly list: RuleList }) {
  const times = useTimes();
  if (!counted) return "Findings could not be counted: SECURITY_EVENTS cannot be read now.";
  const since = `${times.full(counted.since)} ${times.zone}`;
  return counted.complete
    ? `Findings are counted since ${since}.`
    : `There are too many findings to count a day: these are since ${since}.`;
}

function Rows({ rules }: { readonly rules: readonly Rule[] }) {
  return (
    <div className="wide">
      <table className="table table-linked">
        <caption className="for-readers">Rules</caption>
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col" className="minor">
              Level
            </th>
            <th scope="col" className="minor">
              A report is
            </th>
            <th scope="col" className="minor">
              ATT&CK
            </th>
            <th scope="col" className="number">
              Findings
            </th>
            <th scope="col" className="number minor">
              Open incidents
            </th>
            <th scope="col" className="number">
              Mistaken
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <Row key={rule.id} rule={rule} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ rule }: { readonly rule: Rule }) {
  const [, navigate] = useLocation();
  const path = rulePath(rule.id);
  const { title, level, action, techniques, findings, incidents } = rule;
  return (
    // The link in the row is for the keyboard.
    <tr onClick={() => navigate(path)}>
      <th scope="row" className="foreign">
        <Link href={path}>{title}</Link>
      </th>
      <td className="minor">{level ? <Severity severity={level} /> : "built in"}</td>
      <td className="minor">{action ? actionNames[action] : "–"}</td>
      <td className="minor mono">{techniques.join(", ") || "–"}</td>
      <td className="number">{count(findings)}</td>
      <td className="number minor">{count(incidents.open)}</td>
      <td className="number">{mistaken(rule)}</td>
    </tr>
  );
}
