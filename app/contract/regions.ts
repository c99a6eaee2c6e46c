/** The regions of the system, in the order in which they are stood up. */
export const regionNames = ["us-east", "eu-west", "ap-south"] as const;
export type RegionName = (typeof regionNames)[number];

/** How a region may be called where it need not be one of these: one on a single machine is `local`. */
export const regionLabelPattern = /^[a-z0-9-]{1,40}$/;
export const regionLabelRule = "1 to 40 of a-z, 0-9 and -";

/** Holds what exists once: accelerator, device table, private zone, internal CA. */
export const homeRegion: RegionName = "us-east";

export const peersOf = (region: RegionName): readonly RegionName[] =>
  regionNames.filter((name) => name !== region);
