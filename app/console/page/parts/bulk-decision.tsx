import { useState } from "react";
import { Button } from "react-aria-components";
import { ask } from "../data/api.ts";
import { count } from "../data/format.ts";
import { type Action, actions, type BulkResult } from "../data/quarantine.ts";
import { mayAct } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Decision } from "./decision.tsx";
import { useFilters } from "./filters.tsx";
import { tell } from "./messages.tsx";

const effects = {
  release: "Each is delivered: an alert to its device, a report to REPORTS. That cannot be undone.",
  drop: "None of them is ever delivered. They can be looked at until their time is over.",
} as const;

/** The same for all that match the filters: what comes meanwhile is left out. */
export function BulkDecision({ onDone }: { readonly onDone: () => void }) {
  const session = useSession();
  const { address } = useFilters();
  const [action, setAction] = useState<Action>();
  const filter = Object.fromEntries(
    ["client", "rule"].flatMap((name) => {
      const value = address.get(name);
      return value ? [[name, value]] : [];
    }),
  );
  const narrowed = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  if (!mayAct(session, "operator") || narrowed.length === 0) return null;
  return (
    <div className="actions">
      {actions.map((each) => (
        <Button
          key={each}
          className={each === "drop" ? "button button-bites" : "button"}
          onPress={() => setAction(each)}
        >
          {each === "release" ? "Release" : "Drop"} all that match…
        </Button>
      ))}
      {action && (
        <Decision
          action={action}
          title={`all held messages of ${narrowed.join(" and ")}`}
          effect={effects[action]}
          onClose={() => setAction(undefined)}
          decide={async (reason) => {
            tell(`${count(await decideAll(action, filter, reason))} messages decided.`);
            setAction(undefined);
            onDone();
          }}
        />
      )}
    </div>
  );
}

/** In as many requests as it takes; the same operation goes on where it was. @returns how many were decided now. */
async function decideAll(action: Action, filter: object, reason: string): Promise<number> {
  const operationId = crypto.randomUUID();
  let decided = 0;
  let where: { after?: number; upTo?: number } = {};
  for (;;) {
    const { body } = await ask<BulkResult>(`/quarantine/${action}`, {
      method: "POST",
      body: { operationId, reason, filter, ...where },
    });
    decided += body.outcomes["decided"] ?? 0;
    if (body.next === undefined) return decided;
    where = { after: body.next, upTo: body.upTo };
  }
}
