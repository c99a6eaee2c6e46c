import Table from "cli-table3";
import type { RegionName } from "../../app/contract/regions.ts";
import type { LatencySummary } from "../load/latency-histogram.ts";
import { ms } from "./format.ts";
import type { RegionsMoment } from "./regions-table.ts";

/** From publish in one region to devices that were in another one at first, in milliseconds. */
export interface PathLatency extends LatencySummary {
  readonly from: RegionName;
  readonly to: RegionName;
}

/** One for each pair of regions, a region and itself among them, between which anything came. */
export const pathLatencies = ({ states, origins }: Pick<RegionsMoment, "states" | "origins">) =>
  [...origins].flatMap(([run, from]) =>
    [...states].flatMap(([to, { fleet }]): PathLatency[] => {
      const latency = fleet.byRun[run];
      return latency ? [{ from, to, ...latency }] : [];
    }),
  );

/** A row for where alerts enter, a column for where devices were at first. */
export function pathsTable(moment: Pick<RegionsMoment, "states" | "origins">): string {
  const paths = pathLatencies(moment);
  const names = [...moment.states.keys()];
  const table = new Table({
    head: ["P50 / P99 ms", ...names.map((region) => `to devices of ${region}`)],
    colAligns: ["left", ...names.map(() => "right" as const)],
    style: { head: ["bold"], border: ["dim"], compact: true },
  });
  for (const from of names) {
    const cells = names.map((to) => paths.find((path) => path.from === from && path.to === to));
    table.push([`in at ${from}`, ...cells.map((cell) => `${ms(cell?.p50)} / ${ms(cell?.p99)}`)]);
  }
  return table.toString();
}
