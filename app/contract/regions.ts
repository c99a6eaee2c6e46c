/** The regions of the system, in the order in which they are stood up. */
export const regionNames = ["us-east", "eu-west", "ap-south"] as const;
export type RegionName = (typeof regionNames)[number];

/** Holds what exists once: accelerator, device table, private zone, internal CA. */
export const homeRegion: RegionName = "us-east";

export const peersOf = (region: RegionName): readonly RegionName[] =>
  regionNames.filter((name) => name !== region);
