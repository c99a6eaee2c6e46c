import {
  type ChangeAccount,
  changeAccount,
  type PeerAccount,
  peerAccount,
  type SourceAccount,
  sourceAccount,
} from "./peers.ts";
import type { RegionName } from "./regions.ts";
import { type StoreAccount, storeAccounts } from "./stores.ts";

/** Accounts of one service each, without JetStream: what is called from there is all it can cause. */
const callers = [
  "BRIDGE",
  "AUTH",
  "CALLOUT",
  "CLOSER",
  "OPERATOR",
  "CONSOLE",
  "METER",
  "REPORT_GATE",
  "DELIVERY",
  "ARCHIVE",
  "MENDER",
  "AGGREGATOR",
] as const;

/** NATS accounts: what crosses from one to another is named in `calls` and `crossings`, nothing else does. */
export const accounts = [...storeAccounts, "DEVICES", ...callers, "SYS"] as const;
export type Account =
  | (typeof accounts)[number]
  | StoreAccount
  | SourceAccount
  | ChangeAccount
  | PeerAccount;

/** The accounts of a region that delivers what these other regions took in, too. */
export const accountsOf = (peers: readonly RegionName[]): readonly Account[] => [
  ...accounts,
  ...peers.flatMap((peer) => [sourceAccount(peer), changeAccount(peer), peerAccount(peer)]),
];

const isStore = (account: Account) => storeAccounts.some((each) => each === account);

/** Accounts that store: JetStream is switched on in them. */
export const storesIn = (account: Account) =>
  isStore(account) || account === "DEVICES" || account.startsWith("FROM_");

/** What the auth callout lets a device do. `$MQTT.*` is what nats-server's MQTT layer itself needs. */
export function devicePermissions(clientId: string): {
  publish: readonly string[];
  subscribe: readonly string[];
} {
  return {
    publish: [`clients.${clientId}.reports`, `clients.${clientId}.resume`],
    subscribe: [`clients.${clientId}.alerts`, "$MQTT.sub.>", "$MQTT.deliver.pubrel.>"],
  };
}
