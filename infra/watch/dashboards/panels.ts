import {
  BigValueGraphMode,
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingMode,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** Grafana's names of units. */
export type Unit = "short" | "s" | "bytes" | "percentunit" | "percent" | "reqps" | "mps" | "bool";

export interface Query {
  readonly expr: string;
  /** Name of the line, with `{{label}}` for labels. */
  readonly legend: string;
}

export interface PanelSpec {
  readonly title: string;
  /** What is shown, and where it is measured when that is not plain. */
  readonly description: string;
  readonly unit: Unit;
  /** Columns of 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  /** Above it is bad: drawn as a line, and as the colour of a single value. */
  readonly limit?: number;
}

/** The data source that the chart of the monitoring sets up. */
const prometheus: DataSourceRef = { type: "prometheus", uid: "prometheus" };

const targetsOf = (queries: readonly Query[]) =>
  queries.map(({ expr, legend }, index) =>
    new DataqueryBuilder()
      .refId(String.fromCharCode("A".charCodeAt(0) + index))
      .datasource(prometheus)
      .expr(expr)
      .legendFormat(legend),
  );

const limitSteps = (limit: number | undefined) =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { value: null, color: "green" },
      ...(limit === undefined ? [] : [{ value: limit, color: "red" }]),
    ]);

/** Values over time. */
export function graph(spec: PanelSpec): TimeseriesBuilder {
  const { title, description, unit, width, queries, limit } = spec;
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(prometheus)
    .unit(unit)
    .min(0)
    .span(width)
    .height(8)
    .targets(targetsOf(queries))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    );
  if (limit === undefined) return panel;
  return panel
    .thresholds(limitSteps(limit))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** Parts of a whole over time. */
export function stacked(spec: Omit<PanelSpec, "limit">): TimeseriesBuilder {
  return graph(spec)
    .fillOpacity(30)
    .stacking({
      build: () => ({ mode: StackingMode.Normal, group: "A" }),
    });
}

/** One figure: the last one. */
export function figure(spec: PanelSpec): StatBuilder {
  const { title, description, unit, width, queries, limit } = spec;
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(prometheus)
    .unit(unit)
    .span(width)
    .height(4)
    .targets(targetsOf(queries))
    .thresholds(limitSteps(limit))
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
}

export function note(markdown: string, height: number): TextBuilder {
  return new TextBuilder().span(24).height(height).mode(TextMode.Markdown).content(markdown);
}
