import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { useLocation } from "wouter";
import { usePreferences } from "../data/preferences.tsx";
import { Question } from "./dialog.tsx";

const jumps: Readonly<Record<string, readonly [path: string, title: string]>> = {
  o: ["/", "Overview"],
  i: ["/incidents", "Incidents"],
  r: ["/rules", "Rules"],
  e: ["/exceptions", "Exceptions"],
  q: ["/quarantine", "Quarantine"],
  d: ["/devices", "Devices"],
  a: ["/audit", "Audit"],
  s: ["/system", "System"],
};
/** How long `g` waits for the letter after it. */
const jumpMs = 1_500;

const keys = [
  ["?", "Shows these keys"],
  ["/", "To the search of the view"],
  ["u", "UTC or local time"],
  ...Object.entries(jumps).map(([key, [, title]]) => [`g ${key}`, title]),
  ["Tab", "To the next element"],
  ["Enter", "Opens what has the focus"],
  ["Esc", "Closes a dialog or a menu"],
] as const;

const isTyped = ({ target }: KeyboardEvent) =>
  target instanceof Element && target.closest("input, textarea, select, [role=listbox]") !== null;

/** The page's own keys, and the overview of them. */
export function Keyboard({ jumpable }: { readonly jumpable: readonly string[] }) {
  const [shown, setShown] = useState(false);
  const [, navigate] = useLocation();
  const { zone, setZone } = usePreferences();
  useEffect(() => {
    let jumpsUntil = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event)) return;
      const jump = jumps[event.key]?.[0];
      if (jump !== undefined && jumpable.includes(jump) && Date.now() < jumpsUntil) navigate(jump);
      else if (event.key === "?") setShown(true);
      else if (event.key === "u") setZone(zone === "utc" ? "local" : "utc");
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("[data-search] input");
        search?.focus();
        if (search) event.preventDefault();
      }
      jumpsUntil = event.key === "g" ? Date.now() + jumpMs : 0;
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate, zone, setZone, jumpable]);
  const listed = keys.filter(
    ([key]) => !key.startsWith("g ") || jumpable.includes(jumps[key.slice(2)]?.[0] ?? ""),
  );
  return (
    <Question title="Keys" isOpen={shown} onClose={() => setShown(false)}>
      <dl className="keys">
        {listed.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="choices">
        <Button autoFocus className="button button-main" onPress={() => setShown(false)}>
          Close
        </Button>
      </div>
    </Question>
  );
}
