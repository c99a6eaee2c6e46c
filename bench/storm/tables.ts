import Table from "cli-table3";
import { ms } from "../../local/view/format.ts";
import type { WindowLatencies } from "../flood/windows.ts";
import type { Flow } from "./flow.ts";
import { connectingOf, quietBefore, type Storm } from "./storm.ts";

const style = { head: ["bold"], border: ["dim"], compact: true };
const seconds = (took: number | undefined) =>
  took === undefined ? "–" : (took / 1_000).toFixed(1);

/** How long they waited for what they had missed. */
export function returnTable(storms: readonly Storm[]) {
  const found = [
    "devices",
    "missing",
    "misordered",
    "twice",
    "refused",
    "by auth",
    "lost the line",
  ];
  const took = ["connected s", "all back s", "P50 s", "P99 s", "from connecting P50", "P99"];
  const table = new Table({ head: ["", ...found, ...took, "lacking at the kill"], style });
  for (const { name, returned, clocks, kill, ...storm } of storms) {
    const { fromSubscription, fromConnecting } = clocks;
    table.push([
      ...[name, returned.devices, returned.missing, returned.outOfOrder, returned.duplicated],
      ...[returned.refused, storm.refusedLogins, returned.dropped],
      ...[storm.connectedMs, storm.allMs, fromSubscription.p50, fromSubscription.p99].map(seconds),
      ...[fromConnecting.p50, fromConnecting.p99].map(seconds),
      kill ? `${kill.lacking} of ${kill.subscribed}` : "–",
    ]);
  }
  return table.toString();
}

/** What those noticed whom alerts flowed to. */
export function flowTable(
  storms: readonly Storm[],
  latencies: ReadonlyMap<string, WindowLatencies>,
) {
  const head = ["alerts that flow", "alerts", "P50 ms", "P99 ms", "max ms", "P99 : quiet"];
  const table = new Table({ head: [...head, "load", "idle %", "steal %"], style });
  for (const { name, watched } of storms) {
    const quiet = latencies.get(quietBefore(name))?.whole;
    for (const window of [quietBefore(name), connectingOf(name), name]) {
      const whole = latencies.get(window)?.whole;
      const ratio = whole?.p99 && quiet?.p99 ? (whole.p99 / quiet.p99).toFixed(1) : "–";
      const { load1, idlePercent, stealPercent } = watched;
      const machine = window === name ? [load1, idlePercent, stealPercent] : ["", "", ""];
      table.push([
        ...[window, whole?.count ?? 0, ms(whole?.p50), ms(whole?.p99), ms(whole?.max), ratio],
        ...machine,
      ]);
    }
  }
  return table.toString();
}

export const flowLine = (flow: Flow) =>
  `of ${flow.published} alerts that flowed: ${flow.lost} lost, ${flow.outOfOrder} misordered, ${flow.duplicated} twice, ${flow.misdelivered} with another device; ${flow.cameAgain} of their devices lost the line`;
