import Table from "cli-table3";
import { ms } from "../../local/view/format.ts";
import { stageNames } from "../stage-latency.ts";
import type { FlooderResult } from "./orders.ts";
import type { Watched } from "./watch.ts";
import type { Window, WindowLatencies } from "./windows.ts";

/** A part of the run, and what the region said of it. */
export interface Stretch extends Window {
  readonly watched: Watched;
}

interface LatencyFigures {
  readonly stretches: readonly Stretch[];
  readonly latencies: ReadonlyMap<string, WindowLatencies>;
}

const style = { head: ["bold"], border: ["dim"], compact: true };
/** Names the stretch at rest that another one is held against. */
export const before = (name: string) => `quiet before ${name}`;

const watchedColumns = {
  bridgePaused: "paused",
  shed: "shed",
  leaseLosses: "leases lost",
  reportLeaseLosses: "of reports",
  cutOffs: "limits passed",
  fencedMegabytes: "fenced MB",
  load1: "load",
  idlePercent: "idle %",
  stealPercent: "steal %",
} as const satisfies Partial<Record<keyof Watched, string>>;
const watchedNames = Object.keys(watchedColumns) as (keyof typeof watchedColumns)[];

export function latencyTable({ stretches, latencies }: LatencyFigures) {
  const head = ["stretch", "alerts", "P50 ms", "P99 ms", "max ms", "P99 : quiet"];
  const table = new Table({ head: [...head, ...Object.values(watchedColumns)], style });
  for (const { name, watched } of stretches) {
    const whole = latencies.get(name)?.whole;
    const quiet = latencies.get(before(name))?.whole;
    const ratio = quiet?.p99 && whole?.p99 ? (whole.p99 / quiet.p99).toFixed(1) : "–";
    table.push([
      ...[name, whole?.count ?? 0, ms(whole?.p50), ms(whole?.p99), ms(whole?.max), ratio],
      ...watchedNames.map((column) => watched[column]),
    ]);
  }
  return table.toString();
}

export function stageTable(latencies: ReadonlyMap<string, WindowLatencies>) {
  const table = new Table({ head: ["P99 ms of a stage", ...latencies.keys()], style });
  for (const stage of stageNames) {
    table.push([stage, ...[...latencies.values()].map(({ stages }) => ms(stages[stage]?.p99))]);
  }
  return table.toString();
}

/** How an attack begins and how it goes on. */
export const secondsLine = (latencies: ReadonlyMap<string, WindowLatencies>) =>
  [...latencies]
    .filter(([name]) => latencies.has(before(name)))
    .map(([name, { secondsP99 }]) => `P99 of each second, ${name}: ${secondsP99.map(ms).join(" ")}`)
    .join("\n");

/** Where the processors' time went, each in percent of one. */
export function processorTable(stretches: readonly Stretch[]) {
  const kinds = new Set(stretches.flatMap(({ watched }) => Object.keys(watched.processors)));
  const table = new Table({ head: ["% of a processor", ...stretches.map((s) => s.name)], style });
  for (const kind of kinds) {
    table.push([kind, ...stretches.map(({ watched }) => watched.processors[kind] ?? "–")]);
  }
  return table.toString();
}

export function attackTable(results: readonly FlooderResult[]) {
  const head = ["kind", "devices", "sessions", "sent", "read of each", "refused logins"];
  const off = ["off after, median s", "most s", "as it saw itself"];
  const table = new Table({ head: [...head, "unanswered", ...off], style });
  for (const kind of new Set(results.map((result) => result.kind))) {
    const own = results.filter((result) => result.kind === kind);
    const sum = (of: (result: FlooderResult) => number) =>
      own.reduce((total, result) => total + of(result), 0);
    const sorted = (of: (result: FlooderResult) => number) => own.map(of).sort((a, b) => a - b);
    const offSeconds = sorted((r) => r.edgeOffMs / 1000);
    const [most = 0, mostSeen = 0] = [offSeconds.at(-1), sorted((r) => r.offMs / 1000).at(-1)];
    table.push([
      ...[kind, own.length, sum((r) => r.sessions), sum((r) => r.sent)],
      ...[middle(sorted((r) => r.read)), sum((r) => r.refusedLogins), sum((r) => r.unanswered)],
      ...[middle(offSeconds), most, mostSeen].map((each) => each.toFixed(1)),
    ]);
  }
  return table.toString();
}

const middle = (sorted: readonly number[]) => sorted[sorted.length >> 1] ?? 0;
