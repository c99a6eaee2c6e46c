import { useState } from "react";
import { Link } from "wouter";
import { useAsked } from "../data/asked.ts";
import { devicePath } from "../data/devices.ts";
import { newExceptionAddress } from "../data/exceptions.ts";
import { count } from "../data/format.ts";
import { incidentPath, shownOf, type WholeIncident } from "../data/incidents.ts";
import { useTimes } from "../data/preferences.tsx";
import { rulePath } from "../data/rules.ts";
import { Back } from "../parts/back.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure } from "../parts/failure.tsx";
import { IncidentActions } from "../parts/incident-actions.tsx";
import { IncidentState, Severity } from "../parts/incident-marks.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** One incident: what was found, on whom, what has happened since, and what shall become of it. */
export function Incident({ id }: { readonly id: string }) {
  const { answer, failure, waits, again } = useAsked<WholeIncident>(incidentPath(id));
  // What a change answers is newer than what a copy of the stream may say for a moment.
  const [changed, setChanged] = useState<WholeIncident>();
  const incident = changed ?? answer?.body;
  return (
    <View
      title={incident?.title ?? `Incident ${id}`}
      aside={<Back href="/incidents" to="All incidents" />}
    >
      {failure && <Failure error={failure} again={again} />}
      {!incident && waits && <Waiting what="Reading the incident" />}
      {incident && (
        <>
          {incident.id !== id && (
            <p className="so">Incident {id} has become a part of this campaign.</p>
          )}
          <IncidentActions incident={incident} onChanged={setChanged} />
          <IncidentFacts incident={incident} />
          <Clients incident={incident} />
          <Found incident={incident} />
          <Timeline incident={incident} />
        </>
      )}
    </View>
  );
}

type Shown = { readonly incident: WholeIncident };

function IncidentFacts({ incident }: Shown) {
  const times = useTimes();
  const { rule, assignee, note, techniques } = incident;
  const at = (time: string) => `${times.full(time)} ${times.zone}`;
  const facts = [
    ["Severity", <Severity key="severity" severity={incident.severity} />],
    ["State", <IncidentState key="state" incident={incident} />],
    ["Assignee", assignee ?? "Nobody yet"],
    ...(note ? [["Note", note] as const] : []),
    [
      "Rule",
      <Link key="rule" href={rulePath(rule.id)}>
        {rule.title} ({rule.id})
      </Link>,
    ],
    ["Techniques of ATT&CK", techniques.join(", ") || "–"],
    ["Findings", count(incident.findings)],
    ["First seen", at(incident.firstSeen)],
    ["Last seen", at(incident.lastSeen)],
    ["Id", <code key="id">{incident.id}</code>],
  ] as const;
  return <Facts facts={facts} />;
}

function Clients({ incident: { kind, clients, clientCount, rule } }: Shown) {
  const more = clientCount - clients.length;
  const [only] = clientCount === 1 ? clients : [];
  return (
    <section className="panel" aria-labelledby="clients">
      <h2 id="clients">{kind === "campaign" ? `${count(clientCount)} clients` : "Client"}</h2>
      <ul className="names">
        {clients.map((clientId) => (
          <li key={clientId}>
            <Link className="mono" href={devicePath(clientId)}>
              {clientId}
            </Link>
          </li>
        ))}
        {more > 0 && <li>and {count(more)} more</li>}
      </ul>
      <p>
        <Link href={`/quarantine?rule=${encodeURIComponent(rule.id)}`}>
          What this rule has held back
        </Link>
        {" · "}
        <Link href={`/incidents?rule=${encodeURIComponent(rule.id)}`}>Its other incidents</Link>
        {" · "}
        <Link href={newExceptionAddress({ rule: rule.id, ...(only && { client: only }) })}>
          Make an exception
        </Link>
      </p>
    </section>
  );
}

function Found({ incident }: Shown) {
  const times = useTimes();
  return (
    <section className="panel" aria-labelledby="found">
      <h2 id="found">{shownOf(incident)}</h2>
      <p className="so">
        The beginning of each message, secrets masked. A dot stands for whatever is not printable.
        Nothing of it runs.
      </p>
      <ol className="entries">
        {incident.evidence.map(({ findingId, time, clientId, subject, excerpt }) => (
          <li key={findingId}>
            <p>
              <span className="figures">
                {times.full(time)} {times.zone}
              </span>{" "}
              <Link className="mono" href={devicePath(clientId)}>
                {clientId}
              </Link>
            </p>
            {excerpt === "" ? (
              <p className="so">Without content</p>
            ) : (
              <pre className="content" data-content>
                {excerpt}
              </pre>
            )}
            <p className="so">
              Finding <code>{findingId}</code>, told as <code>{subject}</code>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Timeline({ incident }: Shown) {
  const times = useTimes();
  return (
    <section className="panel" aria-labelledby="timeline">
      <h2 id="timeline">What has happened</h2>
      <ol className="entries">
        {incident.timeline.map(({ time, actor, what, note }) => (
          <li key={`${time} ${actor} ${what}`}>
            <p className="foreign">
              <span className="figures">
                {times.full(time)} {times.zone}
              </span>{" "}
              <strong>{actor}</strong>: {what}
            </p>
            {note && <p className="note foreign">{note}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
