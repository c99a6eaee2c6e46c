import type { ReactNode } from "react";
import type { Point, Overview as Told, Totals } from "../../live/overview.ts";
import { count, duration, rate } from "../data/format.ts";
import { useLive } from "../data/live.ts";
import { Age } from "../parts/age.tsx";
import { Chart, type Line } from "../parts/chart.tsx";
import { Troubles } from "../parts/troubles.tsx";
import { View, Waiting } from "../parts/view.tsx";

const targets = { deliveryMs: 50, loginMs: 10 };

/** How the region is, now. */
export function Overview() {
  const { overview, history } = useLive();
  return (
    <View title="Overview" aside={<Age />}>
      {overview ? (
        <>
          <Troubles troubles={overview.troubles} />
          <Tiles {...overview} />
          <Charts history={history} />
          <Verdicts totals={overview.totals} at={overview.now.at} />
        </>
      ) : (
        <Waiting what="The server asks its processes" />
      )}
    </View>
  );
}

function Tile(props: {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly more: ReactNode;
  readonly isOver?: boolean;
}) {
  const { name, value, unit, more, isOver = false } = props;
  return (
    <div className={isOver ? "panel tile tile-over" : "panel tile"}>
      <dt>{name}</dt>
      <dd>
        <strong data-figure={name}>{value}</strong> <span className="unit">{unit}</span>
        <small>{more}</small>
      </dd>
    </div>
  );
}

const milliseconds = (value: number | undefined, target: number) =>
  value === undefined
    ? `No measurement in the last minute; target ${target} ms`
    : `${value > target ? "Over" : "Within"} the target of ${target} ms, 99 of 100`;

function Tiles({ now, totals, waiting, held }: Told) {
  const missed = totals.deadLetters + totals.shed + totals.expired;
  const { quarantine, deny } = totals.alerts;
  return (
    <dl className="tiles">
      <Tile
        {...{ name: "Alerts in", value: rate(now.takenIn), unit: "/s" }}
        more={`${count(totals.takenIn)} stored`}
      />
      <Tile
        {...{ name: "Inspected", value: rate(now.inspected), unit: "/s" }}
        more={`${count(totals.inspected)} alerts`}
      />
      <Tile
        {...{ name: "Sent to devices", value: rate(now.sent), unit: "/s" }}
        more={`${count(totals.sent)} alerts`}
      />
      <Tile
        {...{ name: "Waiting", value: count(waiting), unit: "alerts" }}
        more={held === 0 ? "None held" : `${count(held)} held: inspecting them fails`}
        isOver={held > 0}
      />
      <Tile
        {...{ name: "Not sent", value: count(missed + quarantine + deny), unit: "alerts" }}
        more={`${count(quarantine + deny)} in quarantine, ${count(totals.deadLetters)} dead letters, ${count(totals.shed + totals.expired)} lost or expired`}
      />
      <Tile
        {...{ name: "Alert latency", value: rate(now.deliveryMs), unit: "ms" }}
        more={milliseconds(now.deliveryMs, targets.deliveryMs)}
        isOver={(now.deliveryMs ?? 0) > targets.deliveryMs}
      />
      <Tile
        {...{ name: "Logins", value: rate(now.admitted + now.refused), unit: "/s" }}
        more={`${count(totals.admitted)} admitted, ${count(totals.refused)} refused`}
      />
      <Tile
        {...{ name: "Login latency", value: rate(now.loginMs), unit: "ms" }}
        more={milliseconds(now.loginMs, targets.loginMs)}
        isOver={(now.loginMs ?? 0) > targets.loginMs}
      />
    </dl>
  );
}

const flow: readonly Line[] = [
  { name: "In", of: (point) => point.takenIn, colour: "line-1" },
  { name: "Inspected", of: (point) => point.inspected, colour: "line-2", dash: [8, 4] },
  { name: "Sent", of: (point) => point.sent, colour: "line-3", dash: [2, 3] },
];
const latency: readonly Line[] = [
  { name: "To the stream", of: (point) => point.deliveryMs, colour: "line-1" },
  {
    name: `Target ${targets.deliveryMs} ms`,
    of: () => targets.deliveryMs,
    colour: "line-4",
    dash: [4, 4],
  },
];
const logins: readonly Line[] = [
  { name: "Admitted", of: (point) => point.admitted, colour: "line-1" },
  { name: "Refused", of: (point) => point.refused, colour: "line-4", dash: [4, 4] },
];

function Charts({ history }: { readonly history: readonly Point[] }) {
  const now = history.at(-1);
  const span = duration((now?.at ?? 0) - (history[0]?.at ?? 0));
  const most = (of: (point: Point) => number | undefined) =>
    rate(Math.max(0, ...history.map((point) => of(point) ?? 0)));
  return (
    <div className="charts">
      <Chart
        {...{ title: "Alerts", unit: "per second", points: history, lines: flow, write: rate }}
        summary={`${rate(now?.takenIn)} in and ${rate(now?.sent)} sent a second now; at most ${most((p) => p.takenIn)} in within ${span}.`}
      />
      <Chart
        {...{ title: "From bridge to stream, P99", unit: "ms", points: history, lines: latency }}
        write={rate}
        summary={`${rate(now?.deliveryMs)} ms now, at most ${most((p) => p.deliveryMs)} ms within ${span}: an upper bound. What comes after the stream no server sees.`}
      />
      <Chart
        {...{ title: "Logins", unit: "per second", points: history, lines: logins, write: rate }}
        summary={`${rate(now?.admitted)} admitted and ${rate(now?.refused)} refused a second now; at most ${most((p) => p.refused)} refused within ${span}.`}
      />
    </div>
  );
}

const verdicts = [
  ["allow", "Allowed", "Delivered as they are"],
  ["tag", "Tagged", "Delivered, with what was found"],
  ["quarantine", "Quarantined", "Held back"],
  ["deny", "Denied", "Held back"],
] as const;

function Verdicts({ totals, at }: { readonly totals: Totals; readonly at: number }) {
  return (
    <section className="panel">
      <h2>Verdicts</h2>
      <div className="wide">
        <table className="table">
          <caption>Since this console began to watch, {duration(at - totals.since)} ago</caption>
          <thead>
            <tr>
              <th scope="col">Verdict</th>
              <th scope="col" className="number">
                Alerts
              </th>
              <th scope="col" className="number">
                Reports of devices
              </th>
              <th scope="col" className="minor">
                What becomes of them
              </th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map(([key, name, what]) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td className="number">{count(totals.alerts[key])}</td>
                <td className="number">{count(totals.reports[key])}</td>
                <td className="minor">{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
