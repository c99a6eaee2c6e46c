import Table from "cli-table3";
import type { LoadState } from "../load/load.ts";
import { ms, whole } from "./format.ts";
import { type StageFigures, sumVerdicts } from "./stage-figures.ts";

export interface Moment {
  /** Seconds since the load began. */
  readonly at: number;
  readonly load: LoadState;
  readonly stages: StageFigures;
}

type Row = readonly [
  stage: string,
  rate: string,
  total: string,
  p50: string,
  p99: string,
  notes: string,
];

const titles = ["", "per second", "total", "P50 ms", "P99 ms", ""];

/** One row for each stage that a message passes, with rates since the moment before. */
function stageRows(now: Moment, before: Moment): Row[] {
  const seconds = Math.max(0.001, now.at - before.at);
  const rate = (read: (moment: Moment) => number) => whole((read(now) - read(before)) / seconds);
  const { fleet } = now.load;
  const { stages } = now;
  const { allow, tag, quarantine, deny } = stages.inspected;
  const count = (read: (moment: Moment) => number) => [rate(read), whole(read(now))] as const;
  return [
    [
      "publisher → Mosquitto",
      ...count((m) => m.load.publisher.acknowledged),
      "",
      "",
      "acknowledged",
    ],
    [
      "bridge → INGRESS",
      ...count((m) => m.stages.bridgeStored),
      ...[ms(stages.bridgeP50), ms(stages.bridgeP99)],
      `${whole(stages.deadLettered)} dead letters`,
    ] as unknown as Row,
    [
      "inspector",
      ...count((m) => sumVerdicts(m.stages.inspected)),
      ms(stages.inspectorP50),
      ms(stages.inspectorP99),
      `${whole(allow)} allowed, ${whole(tag)} tagged, ${whole(quarantine + deny)} quarantined`,
    ],
    [
      "edge → device",
      ...count((m) => m.load.fleet.delivered),
      ms(fleet.recent.p50 ?? fleet.latency.p50),
      ms(fleet.recent.p99 ?? fleet.latency.p99),
      "from publish, by device clocks",
    ],
    [
      "device logins",
      ...count((m) => m.stages.admitted + m.stages.refused),
      ms(stages.authP50),
      ms(stages.authP99),
      `${whole(fleet.connected)} connected, ${whole(stages.refused)} refused`,
    ],
    [
      "device reports",
      ...count((m) => m.load.fleet.reports),
      "",
      "",
      `${whole(fleet.attacks)} of them attacks`,
    ],
  ];
}

function verdictLine({ load }: Moment): string {
  const { publisher, fleet } = load;
  const way = Math.max(0, publisher.acknowledged - fleet.delivered);
  return [
    `${whole(way)} on their way`,
    `${whole(fleet.duplicated)} duplicated`,
    `${whole(fleet.outOfOrder)} out of order`,
    `${whole(fleet.misdelivered)} misdelivered`,
  ].join("   ");
}

/** The live view as text: what flows through each stage, and what must stay zero. */
export function liveTable(now: Moment, before: Moment): string {
  const table = new Table({
    head: titles,
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { head: ["bold"], border: ["dim"], compact: true },
  });
  table.push(...stageRows(now, before).map((row) => [...row]));
  return `${table.toString()}\n${verdictLine(now)}`;
}

/** One line for a log file or a pipe, where nothing can be drawn over. */
export function liveLine(now: Moment, before: Moment): string {
  const rows = stageRows(now, before);
  const flow = rows.slice(0, 4).map(([stage, rate]) => `${stage} ${rate}/s`);
  const { latency } = now.load.fleet;
  return `${Math.round(now.at)}s  ${flow.join(", ")}; delivery P50 ${ms(latency.p50)} P99 ${ms(latency.p99)} ms; ${verdictLine(now)}`;
}
