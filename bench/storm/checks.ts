import type { Check } from "../auth-checks.ts";
import type { Flow } from "./flow.ts";
import type { Storm } from "./storm.ts";

/** What the run has to show. A latency is none of it: that depends on the machine. */
export function checksOf(
  storms: readonly Pick<Storm, "returned" | "kill" | "killAsked" | "restarted" | "watched">[],
  flow: Flow,
): readonly Check[] {
  const all = (holds: (storm: (typeof storms)[number]) => boolean) =>
    storms.length > 0 && storms.every(holds);
  return [
    {
      what: "each device that came back has all that it had missed",
      holds: all(({ returned }) => returned.missing === 0 && returned.neverConnected === 0),
    },
    {
      what: "it came in order, and to nobody else",
      holds: all(({ returned }) => returned.outOfOrder + returned.misdelivered === 0),
    },
    { what: "no alert that flowed is lost", holds: flow.published > 0 && flow.lost === 0 },
    {
      what: "those came in order, and to nobody else",
      holds: flow.outOfOrder + flow.misdelivered === 0,
    },
    {
      what: "they came once, unless an inspector took over from one that stood still",
      holds: flow.duplicated === 0 || storms.some(({ watched }) => watched.leaseLosses > 0),
    },
    { what: "nobody whom they flowed to lost the line", holds: flow.cameAgain === 0 },
    {
      what: "a replica died while somebody who had subscribed lacked something, where one was to",
      holds: all(({ kill, killAsked }) => !killAsked || (kill?.lacking ?? 0) > 0),
    },
    {
      what: "no other process ended or was started anew",
      holds: all(({ restarted }) => restarted.length === 0),
    },
  ];
}
