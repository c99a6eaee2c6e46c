import type { BarOutcome } from "../../enforcement/ask-bars.ts";

/** What an incident's timeline says of a bar; undefined where there is nothing to say. */
export function whatBecameOf(clientId: string, { bar, refused }: BarOutcome): string | undefined {
  if (refused === "limit") return `${clientId} not barred: as many are as policy may bar`;
  if (!bar) return undefined;
  const until = new Date(bar.untilMs).toISOString();
  return bar.mode === "enforce"
    ? `${clientId} barred from all regions until ${until}`
    : `${clientId} would be barred until ${until} if policy were enforced`;
}
