import type { Trouble } from "../../live/troubles.ts";
import { Icon } from "./icons.tsx";

const levels = { bad: "Bad", warn: "Warning" } as const;

/** What is wrong now, in words. */
export function Troubles({ troubles }: { readonly troubles: readonly Trouble[] }) {
  return (
    <section className="panel troubles" aria-labelledby="troubles">
      <h2 id="troubles">Wrong right now</h2>
      {troubles.length === 0 ? (
        <p className="well">
          <Icon name="good" /> Nothing that this console can see.
        </p>
      ) : (
        <ul>
          {troubles.map(({ level, what, so, runbook }) => (
            <li key={what} className={`trouble trouble-${level}`}>
              <Icon name={level} />
              <div>
                <p>
                  <strong>{levels[level]}:</strong> {what}
                </p>
                <p className="so">
                  {so} Runbook: <code>{runbook}</code>
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
