import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";

export const panelsOf = (dashboard: Dashboard): readonly (Panel | RowPanel)[] =>
  dashboard.panels ?? [];

/** Every PromQL expression of a dashboard. */
export function expressionsOf(dashboard: Dashboard | undefined): readonly string[] {
  if (!dashboard) throw new Error("there is no such dashboard");
  return panelsOf(dashboard).flatMap((panel) =>
    "targets" in panel ? (panel.targets ?? []).map((target) => (target as Dataquery).expr) : [],
  );
}
