import { useState } from "react";
import { Button } from "react-aria-components";
import { ask } from "../data/api.ts";
import { type Incident, incidentPath, type WholeIncident } from "../data/incidents.ts";
import { mayAct } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Failure } from "./failure.tsx";
import { AssignQuestion, CloseQuestion } from "./incident-questions.tsx";
import { tell } from "./messages.tsx";

/** What its person may do about an incident: take it, give it to somebody, say what it was. */
export function IncidentActions(props: {
  readonly incident: Incident;
  /** Is given it as it is afterwards. */
  readonly onChanged: (incident: WholeIncident) => void;
}) {
  const { incident, onChanged } = props;
  const session = useSession();
  const [asked, setAsked] = useState<"assign" | "close">();
  const [failure, setFailure] = useState<Error>();
  if (!mayAct(session, "operator")) {
    return <p className="so">Assign and close: operator. You are {session.role}.</p>;
  }
  const decide = async (verb: "assign" | "close", body: object, said: string) => {
    setFailure(undefined);
    const path = incidentPath(incident.id, `/${verb}`);
    const answer = await ask<WholeIncident>(path, { method: "POST", body });
    tell(said);
    setAsked(undefined);
    onChanged(answer.body);
  };
  const assign = (assignee: string) =>
    decide("assign", { assignee }, `${assignee} sees to the incident.`);
  const isClosed = incident.status === "closed";
  return (
    <section className="actions" aria-label="What can be done">
      {!isClosed && incident.assignee !== session.name && (
        <Button className="button" onPress={() => void assign(session.name).catch(setFailure)}>
          Assign to me
        </Button>
      )}
      {!isClosed && (
        <Button className="button" onPress={() => setAsked("assign")}>
          Assign…
        </Button>
      )}
      <Button
        className={isClosed ? "button" : "button button-main"}
        onPress={() => setAsked("close")}
      >
        {isClosed ? "Judge anew…" : "Close…"}
      </Button>
      {failure && <Failure error={failure} />}
      {asked === "assign" && (
        <AssignQuestion incident={incident} assign={assign} onClose={() => setAsked(undefined)} />
      )}
      {asked === "close" && (
        <CloseQuestion
          incident={incident}
          close={(closing) => decide("close", closing, "The incident is closed.")}
          onClose={() => setAsked(undefined)}
        />
      )}
    </section>
  );
}
