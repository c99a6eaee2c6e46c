import { Link, useLocation, useSearchParams } from "wouter";
import { useAsked } from "../data/asked.ts";
import { count } from "../data/format.ts";
import { useTimes } from "../data/preferences.tsx";
import { type Held, type HeldPage, heldListPath, origins, states } from "../data/quarantine.ts";
import { BulkDecision } from "../parts/bulk-decision.tsx";
import { Failure } from "../parts/failure.tsx";
import { ChoiceFilter, TextFilter } from "../parts/filters.tsx";
import { HeldState } from "../parts/held-state.tsx";
import { Pager } from "../parts/pager.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** What verdicts have held back, oldest first. */
export function Quarantine() {
  const [address] = useSearchParams();
  const { answer, failure, waits, again } = useAsked<HeldPage>(heldListPath(address));
  const page = answer?.body;
  return (
    <View title="Quarantine">
      <div className="filters">
        <TextFilter name="client" label="Client id" example="pump-7" />
        <TextFilter name="rule" label="Rule" example="whole id" />
        <ChoiceFilter name="state" label="State" of={states} />
      </div>
      {failure && <Failure error={failure} again={again} />}
      {!page && waits && <Waiting what="Reading QUARANTINE" />}
      {page && (
        <>
          <BulkDecision onDone={again} />
          <section className="panel" aria-label="Messages of this page">
            {page.messages.length > 0 ? (
              <Rows messages={page.messages} />
            ) : (
              <p className="empty">
                {page.next === undefined
                  ? "Nothing fits. Where no filter is set, nothing was held back in the last 30 days."
                  : "None on this page; the stream goes on."}
              </p>
            )}
            <Pager next={page.next}>{count(page.messages.length)} shown, oldest first</Pager>
          </section>
        </>
      )}
    </View>
  );
}

function Rows({ messages }: { readonly messages: readonly Held[] }) {
  const times = useTimes();
  const [, navigate] = useLocation();
  return (
    <div className="wide">
      <table className="table table-linked">
        <caption className="for-readers">Messages that were held back</caption>
        <thead>
          <tr>
            <th scope="col">Held, {times.zone}</th>
            <th scope="col">Client id</th>
            <th scope="col">State</th>
            <th scope="col" className="minor">
              What
            </th>
            <th scope="col" className="minor">
              Rules
            </th>
            <th scope="col" className="number minor">
              Bytes
            </th>
          </tr>
        </thead>
        <tbody>
          {messages.map((held) => (
            // The link in the row is for the keyboard.
            <tr key={held.sequence} onClick={() => navigate(`/quarantine/${held.sequence}`)}>
              <th scope="row" className="figures">
                <Link href={`/quarantine/${held.sequence}`}>{times.full(held.time)}</Link>
              </th>
              <td className="mono">{held.clientId}</td>
              <td>
                <HeldState state={held.state} />
              </td>
              <td className="minor">{origins[held.origin]}</td>
              <td className="minor mono">{held.rules.join(", ") || "–"}</td>
              <td className="number minor">{count(held.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
