import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import type { Point } from "../../live/overview.ts";
import { dateTime, type Zone } from "../data/format.ts";
import { usePreferences, useTimes } from "../data/preferences.tsx";

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly of: (point: Point) => number | undefined;
  /** Custom property of the style sheet with its colour. */
  readonly colour: string;
  /** Told apart by more than colour. */
  readonly dash?: readonly number[];
}

export interface ChartProps {
  readonly title: string;
  readonly unit: string;
  readonly points: readonly Point[];
  readonly lines: readonly Line[];
  /** What it says, in one sentence: also for who does not see it. */
  readonly summary: string;
  readonly write: (value: number | undefined) => string;
}

const height = 180;
/** Rows of the table beside the chart. */
const rows = 10;

/** A chart on a canvas, with a sentence and a table that say the same. */
export function Chart(props: ChartProps) {
  const { title, unit, points, lines, summary } = props;
  return (
    <figure className="panel chart">
      <figcaption>
        <h2>{title}</h2>
        <ul className="legend" aria-hidden="true">
          {lines.map((line) => (
            <li key={line.name}>
              <svg viewBox="0 0 24 4" className={`legend-line ${line.colour}`} aria-hidden="true">
                <path d="M0 2h24" strokeDasharray={line.dash?.join(" ")} />
              </svg>
              {line.name}
            </li>
          ))}
          <li className="unit">{unit}</li>
        </ul>
      </figcaption>
      <Canvas {...props} />
      <p className="summary">{summary}</p>
      <HiddenTable {...props} points={points} />
    </figure>
  );
}

function Canvas({ points, lines }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const { zone, theme } = usePreferences();
  const data = useMemo(
    () =>
      [
        points.map(({ at }) => at / 1_000),
        ...lines.map(({ of }) => points.map((point) => of(point) ?? null)),
      ] as uPlot.AlignedData,
    [points, lines],
  );
  const latest = useRef(data);
  latest.current = data;
  // Another theme has other colours.
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const make = () => {
      plot.current?.destroy();
      const size = { width: element.clientWidth, height };
      plot.current = new uPlot(optionsOf(element, { lines, zone, size }), latest.current, element);
    };
    make();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", make);
    const sized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height }),
    );
    sized.observe(element);
    return () => {
      sized.disconnect();
      dark.removeEventListener("change", make);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [lines, zone, theme]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div ref={frame} className="canvas" aria-hidden="true" />;
}

interface Drawn extends Pick<ChartProps, "lines"> {
  readonly zone: Zone;
  readonly size: { readonly width: number; readonly height: number };
}

function optionsOf(element: Element, { lines, zone, size }: Drawn): uPlot.Options {
  const style = getComputedStyle(element);
  /** A custom property may be one of two colours: what is in force is known of a real property only. */
  const colourOf = (name: string) => {
    const probe = document.createElement("i");
    probe.className = `stroke ${name}`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const axis = {
    stroke: style.color,
    grid: { stroke: colourOf("grid"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      {
        ...axis,
        space: 90,
        size: 28,
        values: (_, splits) => splits.map((at) => clock(at, splits, zone)),
      },
      { ...axis, size: 56, values: (_, splits) => splits.map((value) => String(value)) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour, dash }) => ({
        label: name,
        stroke: colourOf(colour),
        width: 2,
        points: { show: false },
        ...(dash && { dash: [...dash] }),
      })),
    ],
  };
}

/** Seconds only where the marks are closer than a minute. */
function clock(at: number, splits: readonly number[], zone: Zone): string {
  const apart = (splits[1] ?? 60) - (splits[0] ?? 0);
  return dateTime(at * 1_000, zone).slice(11, apart < 60 ? 19 : 16);
}

/** For who reads rather than sees: a few of the points. */
function HiddenTable({ title, unit, points, lines, write }: ChartProps) {
  const times = useTimes();
  const step = Math.max(1, Math.ceil(points.length / rows));
  const shown = points.filter((_, i) => (points.length - 1 - i) % step === 0);
  return (
    <div className="for-readers">
      <table>
        <caption>
          {title}, {unit}
        </caption>
        <thead>
          <tr>
            <th scope="col">Time, {times.zone}</th>
            {lines.map(({ name }) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((point) => (
            <tr key={point.at}>
              <th scope="row">{times.short(point.at)}</th>
              {lines.map(({ name, of }) => (
                <td key={name}>{write(of(point))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
