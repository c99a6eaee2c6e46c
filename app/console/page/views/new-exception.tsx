import { useSearchParams } from "wouter";
import { useAsked } from "../data/asked.ts";
import { type Preview, previewWords, type Wanted, wantedIn } from "../data/exceptions.ts";
import { useTimes } from "../data/preferences.tsx";
import { mayAct } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Back } from "../parts/back.tsx";
import { ExceptionTerms } from "../parts/exception-terms.tsx";
import { Failure } from "../parts/failure.tsx";
import { Icon } from "../parts/icons.tsx";
import { ScopeForm } from "../parts/scope-form.tsx";
import { View, Waiting } from "../parts/view.tsx";

/**
 * Makes an exception or a silence. What it shall hide stands in the address; what that would have hidden is seen
 * before it can be made.
 */
export function NewException() {
  const [address] = useSearchParams();
  const session = useSession();
  const wanted = wantedIn(address);
  const mayHide = mayAct(session, wanted?.critical ? "admin" : "operator");
  return (
    <View title="New exception" aside={<Back href="/exceptions" to="All exceptions" />}>
      <p className="so">
        Hides findings of a rule for less than everybody, for a time. Who wants a rule off for all
        changes the rule.
      </p>
      <ScopeForm key={address.toString()} />
      {wanted && mayHide && <Previewed key={address.toString()} wanted={wanted} />}
      {wanted && !mayHide && (
        <p className="so">
          Hide {wanted.critical ? "critical findings: admin" : "findings: operator"}. You are{" "}
          {session.role}.
        </p>
      )}
    </View>
  );
}

function Previewed({ wanted }: { readonly wanted: Wanted }) {
  const { answer, failure, again } = useAsked<Preview>("/exceptions/preview", wanted);
  const times = useTimes();
  const preview = answer?.body;
  return (
    <section className="panel form" aria-labelledby="preview">
      <h2 id="preview">What it would have hidden</h2>
      {failure && <Failure error={failure} again={again} />}
      {!preview && !failure && <Waiting what="Looking through the findings of 30 days" />}
      {preview && (
        <>
          <div
            role="status"
            className={preview.confirmed > 0 ? "notice notice-warn" : "notice notice-plain"}
          >
            <Icon name={preview.confirmed > 0 ? "warn" : "good"} />
            <p>{previewWords(preview, `${times.full(preview.since)} ${times.zone}`)}</p>
          </div>
          <ExceptionTerms wanted={wanted} />
        </>
      )}
    </section>
  );
}
