import Table from "cli-table3";
import { ms, whole } from "../local/view/format.ts";
import type { FloorStep } from "./floor-step.ts";
import type { Step } from "./run-step.ts";
import { type StageLatencies, stageNames } from "./stage-latency.ts";

export interface RegionStep extends Step {
  readonly stages: StageLatencies;
}

/** What all of them were asked of, by rate. */
export interface Measured {
  readonly region: readonly RegionStep[];
  readonly floor: readonly FloorStep[];
  readonly mosquittoAlone: readonly Step[];
}

/** Delivery is to be faster than this. */
const targetMs = 50;
type Compared = Pick<Step, "rate" | "delivery" | "processorMsPerAlert" | "sustained">;

const style = { head: ["bold"], border: ["dim"], compact: true };
const ratio = (a: number | undefined, b: number | undefined) => (a && b ? (a / b).toFixed(1) : "–");

export function rateTable(region: readonly Step[]): string {
  const head = ["asked/s", "delivered/s", "lost", "dup", "ooo", "P50 ms", "P99 ms", "P99.9 ms"];
  const table = new Table({ head: [...head, "CPU ms"], style });
  for (const step of region) {
    const { p50, p99, p999 } = step.delivery;
    table.push([
      ...[whole(step.rate), whole(step.deliveredPerSecond) + (step.sustained ? "" : " ✗")],
      ...[step.lost, step.duplicated, step.outOfOrder, ms(p50), ms(p99), ms(p999)],
      ms(step.processorMsPerAlert),
    ]);
  }
  return table.toString();
}

/** The region beside the floor and beside Mosquitto, at each rate that the region was asked for. */
export function comparisonTable({ region, floor, mosquittoAlone }: Measured): string {
  const each = ["P50", "P99", "P99.9", "CPU ms"];
  const head = [
    "asked/s",
    ...["floor", "Mosquitto"].flatMap((name) => each.map((of) => `${name} ${of}`)),
  ];
  const table = new Table({
    head: [...head, "CPU × floor", "P99 × floor", "CPU × Mosq.", "P99 × Mosq."],
    style,
  });
  for (const step of region) {
    const others = [floor, mosquittoAlone].map((all: readonly Compared[]) =>
      all.find(({ rate }) => rate === step.rate),
    );
    table.push([
      whole(step.rate),
      ...others.flatMap((other) => [
        ...[ms(other?.delivery.p50), ms(other?.delivery.p99), ms(other?.delivery.p999)],
        ms(other?.processorMsPerAlert),
      ]),
      ...others.flatMap((other) => [
        ratio(step.processorMsPerAlert, other?.processorMsPerAlert),
        ratio(step.delivery.p99, other?.delivery.p99),
      ]),
    ]);
  }
  return table.toString();
}

export function stageTable(step: RegionStep): string {
  const table = new Table({
    head: [`stage at ${whole(step.rate)}/s`, "P50 ms", "P99 ms", "P99.9 ms", "max ms"],
    style,
  });
  for (const name of stageNames) {
    const { p50, p99, p999, max } = step.stages[name];
    table.push([name, ms(p50), ms(p99), ms(p999), ms(max)]);
  }
  return table.toString();
}

/** The highest rate that was carried, within the target too; undefined when none was. */
export const highestWithinTarget = (steps: readonly Compared[]): number | undefined =>
  steps.findLast(
    ({ sustained, delivery }) => sustained && (delivery.p99 ?? Number.POSITIVE_INFINITY) < targetMs,
  )?.rate;

export function highestRates({ region, floor, mosquittoAlone }: Measured): string {
  const said = (steps: readonly Compared[]) => {
    const rate = highestWithinTarget(steps);
    return rate === undefined ? "none" : `${whole(rate)}/s`;
  };
  const carried = region.findLast(({ sustained }) => sustained)?.rate ?? 0;
  return [
    `highest rate without loss that delivery kept up with: ${whole(carried)}/s`,
    `highest of these with P99 below ${targetMs} ms: ${said(region)}, floor ${said(floor)} (× ${ratio(highestWithinTarget(region), highestWithinTarget(floor))}), Mosquitto alone ${said(mosquittoAlone)}`,
  ].join("\n");
}
