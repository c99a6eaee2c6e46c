import { Counter, Gauge, type Registry } from "prom-client";
import { gaplessStreams } from "../contract/gapless-streams.ts";
import { mirroredStreams } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { obstacles } from "./diagnosis.ts";
import type { Mirror } from "./mirror-patience.ts";

/**
 * Why damaged copies are left as they are, beyond what the diagnosis says. `not-whole`: one that was
 * given up an hour before has not come back yet.
 */
export const holds = [...obstacles, "too-often", "not-recorded", "not-whole"] as const;
export type Hold = (typeof holds)[number];

export type MenderMetrics = ReturnType<typeof createMenderMetrics>;

/** Series with known labels start at zero, so that a first one is seen as a rise. */
export function createMenderMetrics(registry: Registry, peers: readonly RegionName[] = []) {
  const registers = [registry];
  const madeAnew = new Counter({
    name: "sentinel_mender_copies_made_anew_total",
    help: "Damaged copies of this server that were made anew and are whole",
    labelNames: ["stream"],
    registers,
  });
  const held = new Gauge({
    name: "sentinel_mender_held",
    help: "1 while this server has a damaged copy that is not made anew, and why",
    labelNames: ["reason"],
    registers,
  });
  const nudges = new Counter({
    name: "sentinel_mender_mirror_nudges_total",
    help: "Mirrors that heard nothing over a link that stands, and were given to another server",
    labelNames: ["peer", "stream"],
    registers,
  });
  for (const peer of peers) for (const stream of mirroredStreams) nudges.inc({ peer, stream }, 0);
  for (const stream of gaplessStreams) madeAnew.inc({ stream }, 0);
  const hold = (reason: Hold | undefined) => {
    for (const each of holds) held.set({ reason: each }, each === reason ? 1 : 0);
  };
  hold(undefined);
  return {
    madeAnew: (stream: string) => madeAnew.inc({ stream }),
    nudged: ({ peer, stream }: Mirror) => nudges.inc({ peer, stream }),
    hold,
  };
}
