import { peersOf } from "../../../app/contract/regions.ts";
import type { WatchedRegion } from "../watched-region.ts";

/** What the cases are written for. */
export const watched: WatchedRegion = {
  region: "us-east",
  peers: peersOf("us-east"),
  clients: 750_000,
  fleetClients: 1_500_000,
  alertsPerSecond: 600,
  upstreamBundled: true,
  fenced: true,
};

/** Series in promtool's notation, a sample a minute: `0+5x10` is 0, 5, 10 … 50. */
export type Series = Readonly<Record<string, string>>;

export interface Scenario {
  readonly series: Series;
  /** Minutes after the first sample at which it is looked. */
  readonly at: number;
}

export interface RuleCase {
  readonly alert: string;
  readonly fires: readonly Scenario[];
  /** As near to firing as can be without. */
  readonly quiet: readonly Scenario[];
}

/**
 * Buckets of a histogram that observes so many values a minute.
 *
 * @param counts How many of them are at most so large, by bound.
 * @param labels Further ones, each with a comma behind it.
 */
export function histogram(
  name: string,
  counts: Readonly<Record<string, number>>,
  labels = "",
): Series {
  const total = Math.max(...Object.values(counts));
  return Object.fromEntries(
    Object.entries({ ...counts, "+Inf": total }).map(([le, count]) => [
      `${name}_bucket{${labels}le="${le}"}`,
      `0+${count}x60`,
    ]),
  );
}
