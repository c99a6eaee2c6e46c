import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** Panels side by side under a heading. Each line of them must be 24 columns wide. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

export interface BoardSpec {
  /** `sentinel-<name>`: part of its address. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly sections: readonly Section[];
}

/** Tag by which the dashboards find each other. */
const tag = "mqtt-sentinel";

export function board({ uid, title, description, sections }: BoardSpec): Dashboard {
  const builder = new DashboardBuilder(`Sentinel / ${title}`)
    .uid(uid)
    .description(description)
    .tags([tag])
    .timezone("utc")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder("Sentinel")
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .keepTime(true),
    );
  for (const section of sections) {
    builder.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) builder.withPanel(panel);
  }
  const dashboard = builder.build();
  // The builder leaves ids out, and Grafana would give a new one with each save.
  dashboard.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return dashboard;
}
