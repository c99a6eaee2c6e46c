import type { RegionName } from "../../app/contract/regions.ts";
import type { Demand } from "../capacity/plan.ts";
import { natsCore, natsEdge } from "../messaging/addresses.ts";
import { namespaces } from "../platform/names.ts";

/** What alert rules and dashboards have to know of the region that they watch. */
export interface WatchedRegion
  extends Pick<Demand, "clients" | "fleetClients" | "alertsPerSecond" | "upstreamBundled"> {
  readonly region: RegionName;
  /** Regions whose alerts are mirrored here. */
  readonly peers: readonly RegionName[];
  /** Whether its edges' nodes are to have a fence. */
  readonly fenced: boolean;
}

/** What the system promises. */
export const targets = {
  /** From the upstream publish to the device, 99 of 100 alerts. */
  deliverySeconds: 0.05,
  /** From an auth callout to its answer, 99 of 100 logins. */
  authSeconds: 0.01,
  /** How far a region's share of the fleet may be from its plan. */
  shareDrift: 0.05,
} as const;

/** Namespace of our own workloads. */
export const workloadNamespace = namespaces.ours;

/** Workloads that expose metrics; Prometheus calls their scrape jobs by the same names. */
export const scrapedWorkloads = [
  "bridge",
  "meter",
  "delivery",
  "inspector",
  "report-inspector",
  "auth",
  "console",
  "archive",
  "aggregator",
  natsCore,
  natsEdge,
];
