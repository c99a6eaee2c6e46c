import type { RegionName } from "./regions.ts";

export type SourceAccount = `FROM_${string}`;

/**
 * Account that holds the mirrors of one other region's streams and nothing else. The leaf link to
 * that region is bound to it, so that whatever comes over the link stays behind this border.
 */
export const sourceAccount = (peer: RegionName): SourceAccount =>
  `FROM_${peer.toUpperCase().replaceAll("-", "_")}`;

/** User who makes the mirrors in a peer's source account. */
export const mirrorMaker = (peer: RegionName) => `provision-from-${peer}`;

/** User of auth who reads what a peer changed in the device registry. */
export const changeReader = (peer: RegionName) => `auth-from-${peer}`;

/** The streams of which a region keeps the mirrors of its peers. */
export const mirroredStreams = ["MQTT_ALERTS", "REGISTRY_CHANGES"] as const;

/**
 * What another region may do here over its leaf link, and thereby what its servers may ask for.
 *
 * A mirror creates one consumer of its origin, gets the answer (`$JSC.R.*`) and then the messages
 * (`$JS.M.*`), and answers the flow control, without which it stops after 2 MiB. That the list
 * names no other subject is also what keeps the interest of devices from crossing the link.
 */
export function mirrorPermissions(region: string): {
  publish: readonly string[];
  subscribe: readonly string[];
} {
  return {
    publish: mirroredStreams.flatMap((stream) => [
      `$JS.${region}.API.CONSUMER.CREATE.${stream}`,
      `$JS.FC.${stream}.>`,
    ]),
    subscribe: ["$JSC.R.*", "$JS.M.*"],
  };
}
