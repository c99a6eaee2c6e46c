import type { Lane } from "../app/contract/lanes.ts";
import type { imageNames } from "./settings-schema.ts";

/** A process with an image of its own, or a second one of such an image. Gates and menders come with their servers, the fence with their nodes. */
type Process =
  | Exclude<(typeof imageNames)[number], "report-gate" | "mender" | "fence">
  | Lane["process"];

/**
 * What each of our processes waits for before it is started, besides the servers: what has to be
 * there for it to become ready. Those that come later in this list are made later.
 *
 * Auth and provision need each other, so neither waits: auth is ready when the stream AUDIT takes
 * its records, which provision makes; provision ends with a login, which auth answers. Each of them
 * keeps trying until the other is there.
 */
export const startOrder = {
  auth: [],
  provision: [],
  meter: ["provision"],
  delivery: ["provision"],
  inspector: ["provision"],
  "report-inspector": ["provision"],
  console: ["provision"],
  bridge: ["provision"],
  archive: ["provision"],
  aggregator: ["provision"],
} as const satisfies Readonly<Record<Process, readonly Process[]>>;

export const startedProcesses = Object.keys(startOrder) as (keyof typeof startOrder)[];
