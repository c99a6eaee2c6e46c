import { type Call, call, callMany } from "./calls.ts";
import type { RegionName } from "./regions.ts";

const upper = (peer: RegionName) => peer.toUpperCase().replaceAll("-", "_");

export type SourceAccount = `FROM_${string}`;
export type ChangeAccount = `AUTH_FROM_${string}`;
export type PeerAccount = `PEER_${string}`;

/**
 * Account that holds the mirrors of one other region's streams and nothing else. The leaf link to
 * that region is bound to it, so that whatever comes over the link stays behind this border.
 */
export const sourceAccount = (peer: RegionName): SourceAccount => `FROM_${upper(peer)}`;

/** Account of a peer itself, who comes over a leaf link. It holds nothing, and no other peer is in it. */
export const peerAccount = (peer: RegionName): PeerAccount => `PEER_${upper(peer)}`;

/** Account out of which auth reads what that region changed. */
export const changeAccount = (peer: RegionName): ChangeAccount => `AUTH_FROM_${upper(peer)}`;

/** User of auth who reads what a peer changed in the device registry, and who logged in there. */
export const changeReader = (peer: RegionName) => `auth-from-${peer}`;

/** Under which services ask JetStream about the mirrors of a peer's streams. */
export const mirrorApi = (peer: RegionName) => `mirrors.${peer}`;

/**
 * What delivery may ask of a peer's mirror. Under names of its own, because there are several mirrors of
 * one name. As long as the account also holds changes that are acknowledged, it could acknowledge
 * those: see ADR 41.
 */
export const readMirror = (peer: RegionName): readonly Call[] =>
  ["DIRECT.GET", "STREAM.MSG.GET", "STREAM.INFO"].map((what) => ({
    ...callMany(sourceAccount(peer), `${mirrorApi(peer)}.${what}.MQTT_ALERTS`),
    asked: `$JS.API.${what}.MQTT_ALERTS`,
  }));

/** The streams of which a region keeps the mirrors of its peers. */
export const mirroredStreams = ["MQTT_ALERTS", "REGISTRY_CHANGES", "LOGINS"] as const;

export type MirroredStream = (typeof mirroredStreams)[number];

/** Where mender has another server lead a mirror, which then asks its origin anew and at once. */
export const mirrorNudge = (peer: RegionName, stream: MirroredStream) =>
  `${mirrorApi(peer)}.STREAM.LEADER.STEPDOWN.${stream}`;

/** What mender may ask of a peer's mirrors. It reads nothing by that, and changes no stream. */
export const nudgeMirrors = (peer: RegionName): readonly Call[] =>
  mirroredStreams.map((stream) => ({
    ...call(sourceAccount(peer), mirrorNudge(peer, stream)),
    asked: `$JS.API.STREAM.LEADER.STEPDOWN.${stream}`,
  }));

/** Those that come by a durable consumer of the origin's: they are few messages. */
export const durablyMirrored = ["REGISTRY_CHANGES", "LOGINS"] as const;
type DurablyMirrored = (typeof durablyMirrored)[number];

/** Who reads a stream, and whose it is. */
export interface Reading {
  readonly reader: RegionName;
  readonly origin: RegionName;
}

/** Where each peer gets what it reads: on subjects that are nobody else's. */
const deliveryTo = (reader: RegionName) => `mirrored.${reader}`;
/** A mirror adds a suffix of its own choice. */
const alertDelivery = (reader: RegionName) => `${deliveryTo(reader)}.M.*`;
export const durableDelivery = (stream: DurablyMirrored, reader: RegionName) =>
  `${deliveryTo(reader)}.${stream === "LOGINS" ? "logins" : "changes"}`;

/** The durable consumer out of which a peer's mirror of such a stream is fed. */
export const mirrorConsumer = (reader: RegionName) => `mirror-${reader}`;

/** What a mirror is told of its origin; in the order in which nats-server tells it again. */
export interface MirrorSource {
  readonly name: string;
  readonly external: { readonly api: string; readonly deliver: string };
  readonly consumer?: { readonly name: string; readonly deliver_subject: string };
}

/**
 * Alerts come by a consumer that the mirror has made. One that outlasts it, made by the origin,
 * would let a peer choose nothing at all, but each delivery would be replicated there: ADR 27.
 * Changes and logins are few messages, and come by such ones.
 */
export function mirrorSource(stream: MirroredStream, { reader, origin }: Reading): MirrorSource {
  const api = `$JS.${origin}.API`;
  if (stream === "MQTT_ALERTS") {
    return { name: stream, external: { api, deliver: deliveryTo(reader) } };
  }
  const consumer = {
    name: mirrorConsumer(reader),
    deliver_subject: durableDelivery(stream, reader),
  };
  return { name: stream, external: { api, deliver: "" }, consumer };
}

/** What a peer's account may ask of the accounts whose streams are mirrored. */
export function peerCalls(reader: RegionName): readonly Call[] {
  const durable = mirrorConsumer(reader);
  return [
    // Without a name in the subject none can be made that lasts.
    call("ALERTS", "$JS.API.CONSUMER.CREATE.MQTT_ALERTS"),
    call("ALERTS", "$JS.FC.MQTT_ALERTS.>"),
    ...durablyMirrored.flatMap((stream) => [
      call("CHANGES", `$JS.API.CONSUMER.RESET.${stream}.${durable}`),
      call("CHANGES", `$JS.FC.${stream}.${durable}.>`),
    ]),
  ];
}

/** What reaches a peer's account. */
export const peerDeliveries = (reader: RegionName) => [
  { from: "ALERTS", subject: alertDelivery(reader) } as const,
  ...durablyMirrored.map(
    (stream) => ({ from: "CHANGES", subject: durableDelivery(stream, reader) }) as const,
  ),
];

/**
 * What another region may do here over its leaf link, and thereby what its servers may ask for.
 *
 * A mirror asks for messages, gets the answer (`$JSC.R.*`) and then what it asked for, and answers the
 * flow control, without which it stops after 2 MiB. That the list names no other subject is also what
 * keeps the interest of devices from crossing the link.
 */
export function mirrorPermissions(
  reader: RegionName,
  domain: string,
): { publish: readonly string[]; subscribe: readonly string[] } {
  return {
    // A peer names the domain; nats-server takes it out before the account sees the request.
    publish: peerCalls(reader).map(({ subject }) =>
      subject.replace("$JS.API.", `$JS.${domain}.API.`),
    ),
    subscribe: ["$JSC.R.*", ...peerDeliveries(reader).map(({ subject }) => subject)],
  };
}
