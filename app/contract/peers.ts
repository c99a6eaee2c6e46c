import type { RegionName } from "./regions.ts";

export type SourceAccount = `FROM_${string}`;

/**
 * Account that holds the mirror of one other region's alerts and nothing else. The leaf link to
 * that region is bound to it, so that whatever comes over the link stays behind this border.
 */
export const sourceAccount = (peer: RegionName): SourceAccount =>
  `FROM_${peer.toUpperCase().replaceAll("-", "_")}`;

/** User who makes the mirror in a peer's source account. */
export const mirrorMaker = (peer: RegionName) => `provision-from-${peer}`;

/**
 * What another region may do here over its leaf link, and thereby what its servers may ask for.
 *
 * A mirror creates one consumer of MQTT_ALERTS, gets the answer (`$JSC.R.*`) and then the messages
 * (`$JS.M.*`), and answers the flow control, without which it stops after 2 MiB. That the list
 * names no other subject is also what keeps the interest of devices from crossing the link.
 */
export function mirrorPermissions(region: string): {
  publish: readonly string[];
  subscribe: readonly string[];
} {
  return {
    publish: [`$JS.${region}.API.CONSUMER.CREATE.MQTT_ALERTS`, "$JS.FC.MQTT_ALERTS.>"],
    subscribe: ["$JSC.R.*", "$JS.M.*"],
  };
}
