import { useState } from "react";
import { Button } from "react-aria-components";
import { Link } from "wouter";
import { ask } from "../data/api.ts";
import { useAsked } from "../data/asked.ts";
import { devicePath } from "../data/devices.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import { type Action, actions, type HeldWithContent, isOpen, origins } from "../data/quarantine.ts";
import { mayAct } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Back } from "../parts/back.tsx";
import { Decision } from "../parts/decision.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure } from "../parts/failure.tsx";
import { HeldState } from "../parts/held-state.tsx";
import { tell } from "../parts/messages.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** One message that was held back: what it is, and what shall become of it. */
export function HeldMessage({ sequence }: { readonly sequence: string }) {
  const path = `/quarantine/${encodeURIComponent(sequence)}`;
  const { answer, failure, waits, again } = useAsked<HeldWithContent>(path);
  const held = answer?.body;
  return (
    <View title={`Held message ${sequence}`} aside={<Back href="/quarantine" to="Quarantine" />}>
      {failure && <Failure error={failure} again={again} />}
      {!held && waits && <Waiting what="Reading the message" />}
      {held && (
        <>
          <Choices held={held} path={path} onDone={again} />
          <HeldFacts held={held} />
          <Content held={held} />
        </>
      )}
    </View>
  );
}

const effects = {
  release: "It is delivered: an alert to its device, a report to REPORTS. That cannot be undone.",
  drop: "It is never delivered. It can be looked at until its time is over.",
} as const;

function Choices(props: {
  readonly held: HeldWithContent;
  readonly path: string;
  readonly onDone: () => void;
}) {
  const { held, path, onDone } = props;
  const session = useSession();
  const [action, setAction] = useState<Action>();
  if (!isOpen(held)) return null;
  if (!mayAct(session, "operator")) {
    return <p className="so">Release and drop: operator. You are {session.role}.</p>;
  }
  const decide = async (chosen: Action, reason: string) => {
    await ask(`${path}/${chosen}`, { method: "POST", body: { reason } });
    tell(`Message ${held.sequence} is ${chosen === "release" ? "released" : "dropped"}.`);
    setAction(undefined);
    onDone();
  };
  return (
    <section className="actions" aria-label="What can be done">
      {actions.map((each) => (
        <Button
          key={each}
          className={each === "drop" ? "button button-bites" : "button"}
          onPress={() => setAction(each)}
        >
          {each === "release" ? "Release" : "Drop"}
        </Button>
      ))}
      {action && (
        <Decision
          action={action}
          title={`message ${held.sequence} of ${held.clientId}`}
          effect={effects[action]}
          decide={(reason) => decide(action, reason)}
          onClose={() => setAction(undefined)}
        />
      )}
    </section>
  );
}

function HeldFacts({ held }: { readonly held: HeldWithContent }) {
  const times = useTimes();
  const { decision } = held;
  const facts = [
    ["State", <HeldState key="state" state={held.state} />],
    [
      "Client id",
      <Link key="client" className="mono" href={devicePath(held.clientId)}>
        {held.clientId}
      </Link>,
    ],
    ["What", origins[held.origin]],
    ["Held", `${times.full(held.time)} ${times.zone}`],
    ["Verdict", held.reason],
    ["Rules and checks", held.rules.join(", ") || "–"],
    ["Size", `${count(held.size)} bytes`],
    ...(decision
      ? [
          ["Decided by", decision.actor] as const,
          ["Decided", `${times.full(decision.time)} ${times.zone}`] as const,
          ["Why", decision.reason] as const,
        ]
      : []),
  ] as const;
  return <Facts facts={facts} />;
}

function Content({ held: { text, hex, size } }: { readonly held: HeldWithContent }) {
  const cut = size > 4_096 ? ", the first 4 KiB" : "";
  return (
    <>
      <section className="panel">
        <h2>As text{cut}</h2>
        <p className="so">A dot stands for whatever is not printable. Nothing of it runs.</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre className="content" data-content tabIndex={0}>
          {text}
        </pre>
      </section>
      <section className="panel">
        <h2>In hex{cut}</h2>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre className="content hex" tabIndex={0}>
          {hex}
        </pre>
      </section>
    </>
  );
}
