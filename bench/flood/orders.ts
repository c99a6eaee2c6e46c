import { readFileSync } from "node:fs";

/** One device as the others know it, and how to get in as it. */
export interface Login {
  readonly id: string;
  readonly secret: string;
}

/** Where devices connect. Each from an address of its own, as if each had its own place. */
export interface EdgePlace {
  readonly urls: readonly string[];
  readonly caFile: string;
  readonly logins: readonly Login[];
}

export interface FlooderOrders extends EdgePlace {
  readonly seconds: number;
  /** Of each, at most; 0 for devices that subscribe at QoS 1 and unsubscribe in a loop instead. */
  readonly reportsPerSecond: number;
}

/** What a flooder saw itself. */
export interface FlooderFound {
  readonly id: string;
  readonly kind: string;
  /** Sessions that the edge granted it. */
  readonly sessions: number;
  readonly refusedLogins: number;
  /** Logins that ended without an answer. */
  readonly unanswered: number;
  /** Reports, or loops. */
  readonly sent: number;
  /** When it began to send: milliseconds since 1970. */
  readonly firstMs?: number | undefined;
  /** The longest from a first report, over all returns, to the last moment before it was kept out. */
  readonly offMs: number;
}

/** What became of it, with what its edge tells: it runs with what the machine has left. */
export interface FlooderResult extends FlooderFound {
  /** Reports that its edge has read. */
  readonly read: number;
  /** From its first report to the end of its last session that sent something, as its edge has it. */
  readonly edgeOffMs: number;
}

export type HonestOrders = EdgePlace;
export interface HonestResult {
  readonly sent: number;
  /** Those that the edge said are stored. */
  readonly acknowledged: number;
  /** Sessions that ended without being asked to. */
  readonly disconnected: number;
}

export interface CrowdOrders extends EdgePlace {
  readonly upstreamUrl: string;
  readonly passwordFile: string;
  readonly alerts: number;
}
export interface CrowdResult {
  readonly arrived: number;
  /** Each once, in the order in which they were published. */
  readonly inOrder: boolean;
  /** From the first alert handed to the broker to the last one at the device. */
  readonly tookMs: number;
}

/** The devices of a credentials file. */
export const loginsOf = (file: string): readonly Login[] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Login);

/** An address of the loopback network for the n-th device of a role. */
export const addressOf = (role: number, n: number) =>
  `127.${role}.${Math.floor(n / 250)}.${(n % 250) + 1}`;
