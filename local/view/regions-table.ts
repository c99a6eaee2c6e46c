import Table from "cli-table3";
import type { RegionName } from "../../app/contract/regions.ts";
import type { LoadState } from "../load/load.ts";
import { ms, whole } from "./format.ts";
import { type PathLatency, pathLatencies } from "./paths-table.ts";

export interface RegionsMoment {
  /** Seconds since the load began. */
  readonly at: number;
  readonly states: ReadonlyMap<RegionName, LoadState>;
  /** Alerts of another region that a region does not have yet, by `reader origin`. */
  readonly gaps: ReadonlyMap<string, number>;
  /** Where each publisher's run enters. */
  readonly origins: ReadonlyMap<string, RegionName>;
}

const titles = ["", "in /s", "in", "to devices /s", "to devices", "P50 ms", "P99 ms", "devices"];

function totals({ states }: RegionsMoment) {
  const sum = (read: (state: LoadState) => number) =>
    [...states.values()].reduce((all, state) => all + read(state), 0);
  return {
    acknowledged: sum(({ publisher }) => publisher.acknowledged),
    delivered: sum(({ fleet }) => fleet.delivered),
    duplicated: sum(({ fleet }) => fleet.duplicated),
    outOfOrder: sum(({ fleet }) => fleet.outOfOrder),
    misdelivered: sum(({ fleet }) => fleet.misdelivered),
    earlier: sum(({ fleet }) => fleet.earlier),
  };
}

const gapText = ({ gaps }: RegionsMoment, reader: RegionName) =>
  [...gaps]
    .filter(([pair]) => pair.startsWith(`${reader} `))
    .map(([pair, gap]) => `${pair.slice(reader.length + 1)} ${whole(gap)}`)
    .join(", ");

function verdictLine(now: RegionsMoment): string {
  const { acknowledged, delivered, ...wrong } = totals(now);
  return [
    `${whole(Math.max(0, acknowledged - delivered))} on their way`,
    `${whole(wrong.duplicated)} duplicated`,
    `${whole(wrong.outOfOrder)} out of order`,
    `${whole(wrong.misdelivered)} misdelivered`,
    ...(wrong.earlier > 0 ? [`${whole(wrong.earlier)} of an earlier run`] : []),
  ].join("   ");
}

/**
 * One row for each region: what its publisher sent to all devices, and what its own devices got; with
 * rates since the moment before, where there is one.
 */
export function regionsTable(now: RegionsMoment, before?: RegionsMoment): string {
  const seconds = Math.max(0.001, now.at - (before?.at ?? 0));
  const table = new Table({
    head: [...titles, "not here yet"],
    colAligns: ["left", ...titles.slice(1).map(() => "right" as const), "left"],
    style: { head: ["bold"], border: ["dim"], compact: true },
  });
  // At the end the whole run is what counts.
  const shown = ({ recent, latency }: LoadState["fleet"]) =>
    before && recent.count > 0 ? recent : latency;
  for (const [region, { publisher, fleet }] of now.states) {
    const earlier = before?.states.get(region);
    const rate = (all: number, then: number | undefined) =>
      then === undefined ? "" : whole((all - then) / seconds);
    table.push([
      region,
      rate(publisher.acknowledged, earlier?.publisher.acknowledged),
      whole(publisher.acknowledged),
      rate(fleet.delivered, earlier?.fleet.delivered),
      whole(fleet.delivered),
      ms(shown(fleet).p50),
      ms(shown(fleet).p99),
      whole(fleet.connected),
      gapText(now, region),
    ]);
  }
  return `${table.toString()}\n${verdictLine(now)}`;
}

/** One line for a log file or a pipe, where nothing can be drawn over. */
export function regionsLine(now: RegionsMoment, before: RegionsMoment): string {
  const seconds = Math.max(0.001, now.at - before.at);
  const rows = [...now.states].map(([region, { fleet }]) => {
    const rate = (fleet.delivered - (before.states.get(region)?.fleet.delivered ?? 0)) / seconds;
    const gap = gapText(now, region);
    return `${region} ${whole(rate)}/s P99 ${ms(fleet.recent.p99)} ms, not here yet: ${gap}`;
  });
  return `${Math.round(now.at)}s  ${rows.join("; ")}; ${verdictLine(now)}`;
}

export interface RegionsSummary {
  readonly seconds: number;
  readonly published: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly misdelivered: number;
  readonly paths: readonly PathLatency[];
  /** What fell short on any machine, in words; empty when all is well. */
  readonly failures: readonly string[];
}

/**
 * Judges a run: what must be zero is zero on every machine.
 *
 * @param stayed whether devices kept their connection. One that comes back may be sent a new alert before
 *   those that it missed, and then once more in its place: so its order is told, and no failure.
 */
export function summariseRegions(
  now: RegionsMoment,
  lost: number,
  stayed: boolean,
): RegionsSummary {
  const { acknowledged: published, ...counted } = totals(now);
  const silent = [...now.states].filter(([, { publisher }]) => publisher.acknowledged === 0);
  const failures = [
    ...silent.map(([region]) => `nothing was published in ${region}`),
    lost > 0 && `${whole(lost)} alerts were lost`,
    counted.misdelivered > 0 && `${whole(counted.misdelivered)} alerts were misdelivered`,
    stayed && counted.outOfOrder > 0 && `${whole(counted.outOfOrder)} alerts came out of order`,
  ].filter((line) => line !== false);
  return { seconds: now.at, published, lost, ...counted, paths: pathLatencies(now), failures };
}
