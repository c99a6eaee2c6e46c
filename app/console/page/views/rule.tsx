import { Link } from "wouter";
import { useAsked } from "../data/asked.ts";
import { newExceptionAddress } from "../data/exceptions.ts";
import { count } from "../data/format.ts";
import { actionNames, mistaken, rulePath, type WholeRule } from "../data/rules.ts";
import { Back } from "../parts/back.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure } from "../parts/failure.tsx";
import { Severity } from "../parts/incident-marks.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** One rule: what it looks for and why, what it may be wrong about, and how well it does. */
export function Rule({ id }: { readonly id: string }) {
  const { answer, failure, waits, again } = useAsked<WholeRule>(rulePath(id));
  const rule = answer?.body;
  return (
    <View title={rule?.title ?? `Rule ${id}`} aside={<Back href="/rules" to="All rules" />}>
      {failure && <Failure error={failure} again={again} />}
      {!rule && waits && <Waiting what="Reading the rule" />}
      {rule && (
        <>
          <p className="foreign">
            {rule.description ??
              "A check that is built in: no rule of the pack. What is known of it is what it found."}
          </p>
          <RuleFacts rule={rule} />
          <Elsewhere id={rule.id} />
          {rule.falsePositives && (
            <section className="panel" aria-labelledby="mistakes">
              <h2 id="mistakes">What it may be wrong about</h2>
              <ul>
                {rule.falsePositives.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </section>
          )}
          {rule.examples && (
            <>
              <Examples id="match" title="What it finds" texts={rule.examples.match} />
              <Examples id="clean" title="What it leaves alone" texts={rule.examples.clean} />
            </>
          )}
        </>
      )}
    </View>
  );
}

function RuleFacts({ rule }: { readonly rule: WholeRule }) {
  const { level, action, techniques, incidents, pack, origins, condition, confidence } = rule;
  const documented = [
    ["Level", level && <Severity key="level" severity={level} />],
    ["A report is", action && actionNames[action]],
    ["Looks at", origins?.join(" and ")],
    ["Techniques of ATT&CK", techniques.join(", ") || undefined],
    ["Condition", condition],
    ["Confidence", confidence],
    ["State", rule.status],
    ["Pack", pack && `${pack.name} ${pack.version}`],
  ] as const;
  const facts = [
    ["Findings of the last day", count(rule.findings)],
    ["Incidents that are open", count(incidents.open)],
    ["Found to be attacks", count(incidents.tp)],
    ["Found to be mistakes of the rule", count(incidents.fp)],
    ["Found to be harmless", count(incidents.benign)],
    ["Mistaken", mistaken(rule)],
    ...documented.filter(([, value]) => value !== undefined),
    ["Id", <code key="id">{rule.id}</code>],
  ] as const;
  return <Facts facts={facts} />;
}

const Elsewhere = ({ id }: { readonly id: string }) => (
  <p>
    <Link href={`/incidents?rule=${encodeURIComponent(id)}`}>Its incidents</Link>
    {" · "}
    <Link href={`/quarantine?rule=${encodeURIComponent(id)}`}>What it has held back</Link>
    {" · "}
    <Link href={newExceptionAddress({ rule: id })}>Make an exception</Link>
  </p>
);

/** Texts that show what a rule is about. Attacks among them are text like any other. */
const Examples = (props: {
  readonly id: string;
  readonly title: string;
  readonly texts: readonly string[];
}) => (
  <section className="panel" aria-labelledby={props.id}>
    <h2 id={props.id}>{props.title}</h2>
    <ul className="entries">
      {props.texts.map((text) => (
        <li key={text}>
          <pre className="content" data-content>
            {text}
          </pre>
        </li>
      ))}
    </ul>
  </section>
);
