import type { RegionName } from "../app/contract/regions.ts";

export type Tags = Readonly<Record<string, string>>;

/**
 * What every AWS resource carries: whose it is, and which stack made it. Other stacks look a VPC
 * up by `sentinel:stack`.
 */
export const stackTags = (stack: RegionName): Tags => ({
  "sentinel:part-of": "mqtt-sentinel",
  "sentinel:stack": stack,
});
