import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { auth } from "./dashboards/auth.ts";
import { consoleBoard } from "./dashboards/console.ts";
import { delivery } from "./dashboards/delivery.ts";
import { nats } from "./dashboards/nats.ts";
import { overview } from "./dashboards/overview.ts";
import { threats } from "./dashboards/threats.ts";
import type { WatchedRegion } from "./watched-region.ts";

/** Every dashboard of a region, by the name of its file in Grafana. */
export function dashboards(watched: WatchedRegion): Readonly<Record<string, Dashboard>> {
  return { overview: overview(watched), delivery, auth, console: consoleBoard, threats, nats };
}
