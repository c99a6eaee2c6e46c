import { Link, useLocation, useSearchParams } from "wouter";
import { incidentSeverities, incidentStatuses } from "../../../contract/incident.ts";
import { useAsked } from "../data/asked.ts";
import { count } from "../data/format.ts";
import {
  type Incident,
  type IncidentPage,
  incidentListPath,
  incidentPath,
  isNarrowed,
  statusNames,
} from "../data/incidents.ts";
import { useTimes } from "../data/preferences.tsx";
import { Failure } from "../parts/failure.tsx";
import { ChoiceFilter, TextFilter } from "../parts/filters.tsx";
import { IncidentState, Severity } from "../parts/incident-marks.tsx";
import { Pager } from "../parts/pager.tsx";
import { View, Waiting } from "../parts/view.tsx";

const severities = incidentSeverities.toReversed();

/** What was found and is to be seen to, the newest first. */
export function Incidents() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<IncidentPage>(incidentListPath(address));
  const page = answer?.body;
  return (
    <View title="Incidents">
      <div className="filters">
        <ChoiceFilter name="status" label="State" of={incidentStatuses} names={statusNames} />
        <ChoiceFilter name="severity" label="Severity" of={severities} />
        <TextFilter name="client" label="Client id" example="pump-7" />
        <TextFilter name="rule" label="Rule" example="whole id" />
      </div>
      {failure && <Failure error={failure} again={again} />}
      {!page && waits && <Waiting what="Reading INCIDENTS" />}
      {page && (
        <section className="panel" aria-label="Incidents of this page">
          {page.incidents.length > 0 ? (
            <Rows incidents={page.incidents} />
          ) : (
            <p className="empty">
              {isNarrowed(address)
                ? "No incident fits. Take a filter away."
                : "There is no incident: nothing was found that somebody has to see to."}
            </p>
          )}
          <Pager next={page.next}>{count(page.incidents.length)} shown, newest first</Pager>
        </section>
      )}
    </View>
  );
}

function Rows({ incidents }: { readonly incidents: readonly Incident[] }) {
  const times = useTimes();
  return (
    <div className="wide">
      <table className="table table-linked">
        <caption className="for-readers">Incidents</caption>
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Incident</th>
            <th scope="col">State</th>
            <th scope="col" className="minor">
              Rule
            </th>
            <th scope="col" className="number minor">
              Clients
            </th>
            <th scope="col" className="number minor">
              Findings
            </th>
            <th scope="col" className="minor">
              First seen, {times.zone}
            </th>
            <th scope="col" className="minor">
              Last seen, {times.zone}
            </th>
            <th scope="col" className="minor">
              Assignee
            </th>
          </tr>
        </thead>
        <tbody>
          {incidents.map((incident) => (
            <Row key={incident.id} incident={incident} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ incident }: { readonly incident: Incident }) {
  const times = useTimes();
  const [, navigate] = useLocation();
  const path = incidentPath(incident.id);
  return (
    // The link in the row is for the keyboard.
    <tr onClick={() => navigate(path)}>
      <td>
        <Severity severity={incident.severity} />
      </td>
      <th scope="row" className="foreign">
        <Link href={path}>{incident.title}</Link>
      </th>
      <td>
        <IncidentState incident={incident} />
      </td>
      <td className="minor mono foreign">{incident.rule.id}</td>
      <td className="number minor">{count(incident.clientCount)}</td>
      <td className="number minor">{count(incident.findings)}</td>
      <td className="figures minor">{times.full(incident.firstSeen)}</td>
      <td className="figures minor">{times.full(incident.lastSeen)}</td>
      <td className="minor foreign">{incident.assignee ?? "–"}</td>
    </tr>
  );
}
