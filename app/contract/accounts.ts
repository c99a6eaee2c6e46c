import { type Lane, lanes } from "./lanes.ts";
import {
  changeReader,
  mirroredStreams,
  mirrorMaker,
  type SourceAccount,
  sourceAccount,
} from "./peers.ts";
import type { RegionName } from "./regions.ts";
import { type AuditKind, subjects } from "./subjects.ts";

/** NATS accounts: messages cross from one to another only where `crossings` says so. */
export const accounts = ["CORE", "DEVICES", "AUTH", "SYS"] as const;
export type Account = (typeof accounts)[number] | SourceAccount;

/** The accounts of a region that delivers what these other regions took in, too. */
export const accountsOf = (peers: readonly RegionName[]): readonly Account[] => [
  ...accounts,
  ...peers.map(sourceAccount),
];

/** Accounts that store: JetStream is switched on in them. */
export const storesIn = (account: Account) => account !== "AUTH" && account !== "SYS";

export interface ServiceUser {
  readonly name: string;
  readonly account: Account;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer requests, whatever the reply subject is. */
  readonly responds?: boolean;
}

/** Each user has an inbox of its own, so that no service can read another's replies. */
export const inboxPrefix = (user: string) => `_INBOX_${user}`;
const inbox = (user: string) => `${inboxPrefix(user)}.>`;

const info = "$JS.API.INFO";
const streamInfo = (name: string) => `$JS.API.STREAM.INFO.${name}`;
/** What reading a stream by ordered consumers takes. */
const readStream = (name: string) => [
  streamInfo(name),
  `$JS.API.STREAM.MSG.GET.${name}`,
  `$JS.API.DIRECT.GET.${name}`,
  `$JS.API.DIRECT.GET.${name}.>`,
  `$JS.API.CONSUMER.CREATE.${name}.>`,
  `$JS.API.CONSUMER.INFO.${name}.>`,
  `$JS.API.CONSUMER.DELETE.${name}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${name}.>`,
];
/** What sharing the partitions of a lane and reading its log takes. */
const readLane = ({ stream, bucket }: Lane) => [
  `$KV.${bucket}.>`,
  info,
  `$JS.API.STREAM.PURGE.${stream}`,
  ...readStream(stream),
  ...readStream(`KV_${bucket}`),
];
/** What writing audit records of one kind takes. */
const writeAudit = (kind: AuditKind) => [
  `audit.${kind}.*`,
  subjects.auditChain(kind, "*"),
  subjects.auditHeads(kind),
];
/** Of auth: follows what changed, and takes what is to be done about it, once for all replicas. */
const readChanges = [info, ...readStream("REGISTRY_CHANGES"), "$JS.ACK.REGISTRY_CHANGES.>"];
const readable = [
  "MQTT_ALERTS",
  "REPORTS",
  "QUARANTINE",
  "SECURITY_EVENTS",
  "AUDIT",
  "DEAD_LETTER",
];

/** Every user that is not a device. Devices are admitted by the auth callout. */
export const serviceUsers: readonly ServiceUser[] = [
  {
    name: "provision",
    account: "CORE",
    publish: [info, "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.CREATE.*", "$JS.API.STREAM.UPDATE.*"],
    subscribe: [inbox("provision")],
  },
  {
    name: "bridge",
    account: "CORE",
    publish: ["ingress.upstream.*", "deadletter.bridge.*"],
    subscribe: [inbox("bridge")],
  },
  {
    name: "inspector",
    account: "CORE",
    publish: [
      "clients.*.alerts",
      "reports.*",
      "quarantine.*",
      "events.*.*",
      "deadletter.inspector.*",
      "registry.status",
      ...readLane(lanes.alerts),
    ],
    subscribe: [inbox("inspector")],
  },
  {
    /** Nothing that it may do reaches a device or the alerts' lane. */
    name: "report-inspector",
    account: "CORE",
    publish: [
      "reports.*",
      "quarantine.*",
      "events.*.*",
      "deadletter.inspector.*",
      ...readLane(lanes.reports),
    ],
    subscribe: [inbox("report-inspector")],
  },
  {
    name: "auth",
    account: "CORE",
    publish: [
      ...writeAudit("auth"),
      ...readChanges,
      // What its sweep finds changed.
      subjects.registryChange("*"),
      subjects.registrySweep,
    ],
    subscribe: [inbox("auth"), "registry.status", subjects.auditHeads("*")],
    responds: true,
  },
  {
    name: "auth-callout",
    account: "AUTH",
    publish: [],
    subscribe: [inbox("auth-callout"), "$SYS.REQ.USER.AUTH"],
    responds: true,
  },
  {
    /** Of auth: finds the sessions of a device on all servers, and closes them. */
    name: "session-closer",
    account: "SYS",
    publish: ["$SYS.REQ.SERVER.PING.CONNZ", "$SYS.REQ.SERVER.*.CONNZ", "$SYS.REQ.SERVER.*.KICK"],
    subscribe: [inbox("session-closer")],
  },
  {
    name: "operator",
    account: "CORE",
    publish: [
      info,
      "$JS.API.STREAM.INFO.*",
      ...readable.flatMap(readStream),
      ...writeAudit("registry"),
      subjects.registryChange("*"),
    ],
    subscribe: [inbox("operator")],
  },
  {
    name: "console",
    account: "CORE",
    publish: [...writeAudit("registry"), subjects.registryChange("*")],
    subscribe: [inbox("console"), subjects.auditHeads("*")],
  },
  {
    /** Its one MQTT connection makes nats-server create the MQTT streams before devices arrive. */
    name: "warmup",
    account: "DEVICES",
    publish: [],
    subscribe: ["$MQTT.sub.>"],
  },
];

/** Every user with a password of a region with these peers. */
export const serviceUsersOf = (peers: readonly RegionName[]): readonly ServiceUser[] => [
  ...serviceUsers,
  ...peers.flatMap((peer) => [mirrorMakerUser(peer), changeReaderUser(peer)]),
];

/** Makes the mirrors of one peer's streams, in the account that holds nothing else. */
function mirrorMakerUser(peer: RegionName): ServiceUser {
  const name = mirrorMaker(peer);
  const operations = ["INFO", "CREATE", "UPDATE"];
  return {
    name,
    account: sourceAccount(peer),
    publish: [
      info,
      ...mirroredStreams.flatMap((stream) =>
        operations.map((operation) => `$JS.API.STREAM.${operation}.${stream}`),
      ),
    ],
    subscribe: [inbox(name)],
  };
}

/** Reads what a peer changed in the device registry. */
function changeReaderUser(peer: RegionName): ServiceUser {
  const name = changeReader(peer);
  return {
    name,
    account: sourceAccount(peer),
    publish: readChanges,
    subscribe: [inbox(name)],
  };
}

export interface Crossing {
  readonly from: Account;
  readonly to: Account;
  readonly subject: string;
  readonly as: string;
}

/** The only ways from account to account. */
export const crossings = {
  /** What MQTT_ALERTS republishes reaches devices under the topic that they subscribe to. */
  alertsToDevices: {
    from: "CORE",
    to: "DEVICES",
    subject: "deliver.*.alerts",
    as: "clients.*.alerts",
  },
  /** What devices send reaches REPORT_INGRESS, where its inspector finds it, and nothing else. */
  reportsToCore: {
    from: "DEVICES",
    to: "CORE",
    subject: "clients.*.reports",
    as: "ingress.device.*",
  },
} as const satisfies Record<string, Crossing>;

/** With peers, what each mirror republishes reaches the devices in the same way. */
export const crossingsOf = (peers: readonly RegionName[]): readonly Crossing[] => [
  ...Object.values(crossings),
  ...peers.map((peer) => ({ ...crossings.alertsToDevices, from: sourceAccount(peer) })),
];

/** What the auth callout lets a device do. `$MQTT.*` is what nats-server's MQTT layer itself needs. */
export function devicePermissions(clientId: string): {
  publish: readonly string[];
  subscribe: readonly string[];
} {
  return {
    publish: [`clients.${clientId}.reports`],
    subscribe: [`clients.${clientId}.alerts`, "$MQTT.sub.>", "$MQTT.deliver.pubrel.>"],
  };
}

/** Environment variable of nats-server that holds a user's password. */
export const passwordVariable = (user: string) =>
  `SENTINEL_PASSWORD_${user.toUpperCase().replaceAll("-", "_")}`;
