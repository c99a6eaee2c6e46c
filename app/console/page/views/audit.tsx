import { Button } from "react-aria-components";
import { Link, useSearchParams } from "wouter";
import { useAsked } from "../data/asked.ts";
import {
  type AuditPage,
  type AuditRecord,
  auditPath,
  kinds,
  sinceOf,
  spans,
} from "../data/audit.ts";
import { devicePath } from "../data/devices.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import { Failure } from "../parts/failure.tsx";
import { ChoiceFilter, TextFilter, useFilters } from "../parts/filters.tsx";
import { Pager } from "../parts/pager.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** What is on record: logins, changes, decisions. */
export function Audit() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<AuditPage>(auditPath(address));
  const page = answer?.body;
  const times = useTimes();
  return (
    <View title="Audit">
      <div className="filters">
        <TextFilter name="client" label="Client id" example="pump-7" />
        <ChoiceFilter name="kind" label="Kind" of={kinds} />
        <TextFilter name="until" label="Before, UTC" example="2026-01-31T12:00:00Z" />
      </div>
      <Since />
      {failure && <Failure error={failure} again={again} />}
      {!page && waits && <Waiting what="Reading AUDIT" />}
      {page && (
        <section className="panel" aria-label="Records of this page">
          {page.records.length > 0 ? (
            <Rows records={page.records} />
          ) : (
            <p className="empty">
              {page.next === undefined
                ? "Nothing is on record for this. Go further back, or take a filter away."
                : "None among these; the record goes on."}
            </p>
          )}
          <Pager next={page.next}>
            {count(page.records.length)} shown, newest first; {count(page.scanned)} looked at
            {page.back && `, back to ${times.full(page.back)} ${times.zone}`}. Whether all of it is
            whole, sentinel audit verify says.
          </Pager>
        </section>
      )}
    </View>
  );
}

/** From when on; a span becomes a time, so that the address shows the same to whoever opens it. */
function Since() {
  const { address, narrow } = useFilters();
  const times = useTimes();
  const since = address.get("since");
  return (
    <div className="actions">
      <p>{since ? `Since ${times.full(since)} ${times.zone}` : "From the beginning"}</p>
      {spans.map(([name, minutes]) => (
        <Button
          key={name}
          className="button"
          onPress={() => narrow("since", sinceOf(minutes, Date.now()))}
        >
          Last {name}
        </Button>
      ))}
      {since && (
        <Button className="button button-quiet" onPress={() => narrow("since", "")}>
          All
        </Button>
      )}
    </div>
  );
}

function Rows({ records }: { readonly records: readonly AuditRecord[] }) {
  const times = useTimes();
  return (
    <div className="wide">
      <table className="table">
        <caption className="for-readers">Records of the audit</caption>
        <thead>
          <tr>
            <th scope="col">Time, {times.zone}</th>
            <th scope="col" className="minor">
              Kind
            </th>
            <th scope="col">What</th>
            <th scope="col">About</th>
            <th scope="col" className="minor">
              Who
            </th>
            <th scope="col" className="minor">
              Outcome
            </th>
            <th scope="col" className="minor">
              Detail
            </th>
          </tr>
        </thead>
        <tbody>
          {records.map(({ sequence, time, kind, what, device, about, who, outcome, detail }) => (
            <tr key={sequence}>
              <td className="figures">{times.full(time)}</td>
              <td className="minor">{kind}</td>
              <td>{what}</td>
              <td className="mono">
                {device === undefined ? (
                  (about ?? "–")
                ) : (
                  <Link href={devicePath(device)}>{device}</Link>
                )}
              </td>
              <td className="minor">{who ?? "–"}</td>
              <td className="minor">{outcome ?? "–"}</td>
              <td className="minor">{detail ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
