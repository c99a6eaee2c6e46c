import { useAsked } from "../data/asked.ts";
import { type AuditPage, lastLoginPath } from "../data/audit.ts";
import { useTimes } from "../data/preferences.tsx";

/** When and from where a device came last, as this region has it on record. */
export function LastLogin({ clientId }: { readonly clientId: string }) {
  const times = useTimes();
  const { answer, failure } = useAsked<AuditPage>(lastLoginPath(clientId));
  if (failure) return <p>Its last login cannot be read: {failure.message}</p>;
  if (!answer) return <p role="status">Looking for its last login…</p>;
  const [last] = answer.body.records;
  if (!last) return <p>No login of it is on record in this region; it may be in another.</p>;
  const { what, outcome, time, detail } = last;
  return (
    <p>
      Last on record in this region: {what}
      {outcome && `, ${outcome}`}, {times.full(time)} {times.zone}
      {detail && `, ${detail}`}.
    </p>
  );
}
