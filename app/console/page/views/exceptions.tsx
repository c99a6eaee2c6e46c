import { useState } from "react";
import { Button } from "react-aria-components";
import { Link, useSearchParams } from "wouter";
import { ask } from "../data/api.ts";
import { useAsked } from "../data/asked.ts";
import {
  type Exception,
  type ExceptionList,
  endingNames,
  endPath,
  exceptionListPath,
  forWhom,
  kindNames,
  listStates,
} from "../data/exceptions.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import { mayAct } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Failure } from "../parts/failure.tsx";
import { ChoiceFilter } from "../parts/filters.tsx";
import { FormQuestion } from "../parts/form-question.tsx";
import { tell } from "../parts/messages.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** What hides findings from incidents, or incidents from receivers: for whom, how much, until when. */
export function Exceptions() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<ExceptionList>(exceptionListPath(address));
  const [ending, setEnding] = useState<Exception>();
  const session = useSession();
  const acts = mayAct(session, "operator");
  const list = answer?.body;
  return (
    <View
      title="Exceptions"
      aside={
        acts && (
          <Link href="/exceptions/new" className="button button-main">
            New exception
          </Link>
        )
      }
    >
      <div className="filters">
        <ChoiceFilter name="state" label="State" of={listStates} unset="in-force" names={names} />
      </div>
      {!acts && <p className="so">Make and end exceptions: operator. You are {session.role}.</p>}
      {failure && <Failure error={failure} again={again} />}
      {!list && waits && <Waiting what="Reading INCIDENTS" />}
      {list && (
        <section className="panel" aria-label="Exceptions and silences">
          <Shown exceptions={list.exceptions} {...(acts && { onEnd: setEnding })} />
          <p className="so">
            {count(list.exceptions.length)} shown, newest first. No verdict changes by them: what a
            rule holds back stays held.
          </p>
        </section>
      )}
      {ending && (
        <EndQuestion
          exception={ending}
          onClose={() => setEnding(undefined)}
          onEnded={() => {
            setEnding(undefined);
            again();
          }}
        />
      )}
    </View>
  );
}

const names = { "in-force": "in force", ended: "ended" };

function Shown(props: {
  readonly exceptions: readonly Exception[];
  readonly onEnd?: (exception: Exception) => void;
}) {
  const { exceptions, onEnd } = props;
  const times = useTimes();
  if (exceptions.length === 0) {
    return <p className="empty">There is none: every finding becomes a part of an incident.</p>;
  }
  return (
    <div className="wide">
      <table className="table">
        <caption className="for-readers">Exceptions and silences</caption>
        <thead>
          <tr>
            <th scope="col">What it hides</th>
            <th scope="col" className="minor">
              How
            </th>
            <th scope="col" className="number">
              Hidden
            </th>
            <th scope="col" className="minor">
              Last hidden, {times.zone}
            </th>
            <th scope="col" className="minor">
              Until, {times.zone}
            </th>
            <th scope="col" className="minor">
              By
            </th>
            <th scope="col">
              <span className="for-readers">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {exceptions.map((exception) => (
            <Row key={exception.id} exception={exception} {...(onEnd && { onEnd })} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  readonly exception: Exception;
  readonly onEnd?: (exception: Exception) => void;
}) {
  const { exception, onEnd } = props;
  const { scope, reason, kind, critical, findings, lastMatched, expiresAt, end } = exception;
  const times = useTimes();
  return (
    <tr>
      <th scope="row" className="foreign">
        <span className="mono">{scope.rule}</span> for {forWhom(scope)}
        <p className="note">{reason}</p>
      </th>
      <td className="minor">
        {kindNames[kind]}
        {critical && ", critical ones, too"}
      </td>
      <td className="number">{count(findings)}</td>
      <td className="figures minor">{lastMatched ? times.full(lastMatched) : "–"}</td>
      <td className="figures minor">
        {times.full(end ? end.at : expiresAt)}
        {end && <p className="note">{endingNames[end.why]}</p>}
      </td>
      <td className="minor foreign">{exception.addedBy}</td>
      <td>
        {onEnd && !end && (
          <Button
            className="button"
            aria-label={`End the one of ${scope.rule} for ${forWhom(scope)}`}
            onPress={() => onEnd(exception)}
          >
            End…
          </Button>
        )}
      </td>
    </tr>
  );
}

function EndQuestion(props: {
  readonly exception: Exception;
  readonly onEnded: () => void;
  readonly onClose: () => void;
}) {
  const { exception, onEnded, onClose } = props;
  const { scope } = exception;
  return (
    <FormQuestion
      title={`End it: ${scope.rule}`}
      verb="End it"
      send={async () => {
        await ask(endPath(exception.id), { method: "POST" });
        tell("It hides nothing any more.");
        onEnded();
      }}
      onClose={onClose}
    >
      <p className="foreign">
        What is found from now on for {forWhom(scope)} makes incidents of which people are told.
        What was hidden so far stays hidden.
      </p>
    </FormQuestion>
  );
}
