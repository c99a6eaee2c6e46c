import { type Call, call } from "./calls.ts";
import type { RegionName } from "./regions.ts";
import { accountOfStream } from "./stores.ts";

const upper = (peer: RegionName) => peer.toUpperCase().replaceAll("-", "_");

export type SourceAccount = `FROM_${string}`;
export type ChangeAccount = `AUTH_FROM_${string}`;
/** Account of the peers themselves, who come over leaf links. It holds nothing. */
export type PeerAccount = "PEERS";

/**
 * Account that holds the mirrors of one other region's streams and nothing else. The leaf link to
 * that region is bound to it, so that whatever comes over the link stays behind this border.
 */
export const sourceAccount = (peer: RegionName): SourceAccount => `FROM_${upper(peer)}`;

/** Account out of which auth reads what that region changed. */
export const changeAccount = (peer: RegionName): ChangeAccount => `AUTH_FROM_${upper(peer)}`;

/** User of auth who reads what a peer changed in the device registry. */
export const changeReader = (peer: RegionName) => `auth-from-${peer}`;

/** The streams of which a region keeps the mirrors of its peers. */
export const mirroredStreams = ["MQTT_ALERTS", "REGISTRY_CHANGES"] as const;

/** What the account of the peers may ask of the accounts whose streams are mirrored. */
export const peerCalls: readonly Call[] = mirroredStreams.flatMap((stream) =>
  [`$JS.API.CONSUMER.CREATE.${stream}`, `$JS.FC.${stream}.>`].map((subject) =>
    call(accountOfStream(stream), subject),
  ),
);

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
    // A peer names the domain; nats-server takes it out before the account sees the request.
    publish: peerCalls.map(({ subject }) => subject.replace("$JS.API.", `$JS.${region}.API.`)),
    subscribe: ["$JSC.R.*", "$JS.M.*"],
  };
}
