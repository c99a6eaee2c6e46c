import { type Bar, isInForce } from "./bar.ts";

export const barStates = ["in-force", "over", "lifted"] as const;

const iso = (ms: number) => new Date(ms).toISOString();

function stateOf(bar: Bar, nowMs: number): (typeof barStates)[number] {
  if (bar.lifted) return "lifted";
  return isInForce(bar, nowMs) ? "in-force" : "over";
}

/** A bar as people and programs are shown it; times are ISO 8601. */
export function barView(bar: Bar, nowMs: number) {
  const { id, clientId, region, mode, incident, risk, sinceMs, untilMs, lifted } = bar;
  return {
    ...{ id, clientId, region, mode, state: stateOf(bar, nowMs) },
    ...(incident !== undefined && { incident }),
    risk: Math.round(risk),
    since: iso(sinceMs),
    until: iso(untilMs),
    ...(lifted && { lifted: { by: lifted.by, reason: lifted.reason, at: iso(lifted.atMs) } }),
  };
}
