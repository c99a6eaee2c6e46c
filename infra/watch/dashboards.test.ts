import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { beforeAll, describe, expect, it } from "vitest";
import { expressionsOf, panelsOf } from "./dashboard-queries.fixture.ts";
import { dashboards } from "./dashboards.ts";
import { promtoolComplaint, setUpPromtool } from "./promtool.fixture.ts";
import { watched } from "./rule-cases/rule-case.fixture.ts";

const all = Object.entries(dashboards(watched)).map(([name, dashboard]) => ({ name, dashboard }));

beforeAll(setUpPromtool);

it("has an address for each dashboard", () => {
  const uids = all.map(({ dashboard }) => dashboard.uid);
  expect(uids).toEqual(all.map(({ name }) => `sentinel-${name}`));
});

describe.each(all)("$name", ({ dashboard }) => {
  const panels = panelsOf(dashboard);

  it("gives each panel an id of its own", () => {
    const ids = panels.map((panel) => panel.id);
    expect(ids).not.toContain(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("fills each line and lets no panel lie on another", () => {
    const taken = new Set<string>();
    for (const { gridPos, title } of panels as Panel[]) {
      const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken, `${title} lies on another panel`).not.toContain(`${column},${line}`);
          taken.add(`${column},${line}`);
        }
      }
    }
    const height = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
    expect(taken.size).toBe(24 * height);
  });

  it("says of each panel with figures what they are", () => {
    for (const panel of panels as Panel[]) {
      if (panel.targets) expect(panel.description, panel.title).toMatch(/\w/);
    }
  });

  it("asks what Prometheus understands", () => {
    const rules = expressionsOf(dashboard).map((expr, index) => ({
      record: `panel:query:${index}`,
      expr: expr.replaceAll(/\$__(rate_interval|range)/g, "5m"),
    }));
    expect(rules.length).toBeGreaterThan(0);
    const file = { groups: [{ name: "panels", rules }] };
    expect(promtoolComplaint(["check", "rules"], { "panels.yaml": file })).toBe(undefined);
  });
});

it("shows the region's own plan", () => {
  const [overview] = expressionsOf(dashboards({ ...watched, clients: 4_321 })["overview"]).filter(
    (expr) => expr.includes("4321"),
  );
  expect(overview).toContain("gnatsd_varz_connections");
});
