import type { DeliveryCounts, SentLine } from "./delivery-ledger.ts";
import type { LatencySummary } from "./latency-histogram.ts";

/** Where and as whom the publisher process publishes. */
export interface PublisherOrders {
  readonly url: string;
  readonly caFile: string;
  readonly username: string;
  readonly passwordFile: string;
  readonly run: string;
  readonly clients: readonly string[];
  /** Alerts a second. */
  readonly rate: number;
  readonly quoteEvery: number;
  /** Folder in which alerts are kept until they are confirmed as stored; absent: they are not kept. */
  readonly journal?: string;
}

export interface PublisherState {
  /** Handed to the client library. */
  readonly sent: number;
  /** Acknowledged by the upstream broker, or confirmed as stored: from here on nothing may be lost. */
  readonly acknowledged: number;
  readonly failed: number;
  /** What was sent to each client, in the last message only. */
  readonly sequences?: readonly SentLine[];
}

export interface FleetOrders {
  readonly urls: readonly string[];
  /** Where devices try, too, when they lose their connection. */
  readonly elsewhere: readonly string[];
  readonly caFile: string;
  /** JSON lines of client id and secret. */
  readonly credentialsFile: string;
  /** JSON lines of client id, certificate and key: what devices use instead, where there is one. */
  readonly certificatesFile?: string;
  readonly devices: number;
  /** Connections opened a second. */
  readonly connectRate: number;
  /** Reports a second of the whole fleet. */
  readonly reportRate: number;
  readonly attackEvery: number;
  /** How the runs begin whose alerts are counted. Others are of an earlier session with the same devices. */
  readonly session: string;
  readonly receiptsFile?: string;
}

export interface FleetState extends DeliveryCounts {
  readonly connected: number;
  readonly subscribed: number;
  readonly refused: number;
  readonly reports: number;
  readonly attacks: number;
  /** Alerts of earlier sessions, which devices are sent again that come back soon. */
  readonly earlier: number;
  /** Of the last interval. */
  readonly recent: LatencySummary;
  /** Of the whole run. */
  readonly latency: LatencySummary;
  /** The same by the publisher's run. */
  readonly byRun: Readonly<Record<string, LatencySummary>>;
  /** Answer to `expect`. */
  readonly missing?: number;
}

/** What the parent tells the fleet after it started. */
export type FleetCommand =
  /** Begin to send reports. */
  | { readonly kind: "report" }
  /** Forget the latencies so far. */
  | { readonly kind: "measure" }
  | { readonly kind: "expect"; readonly run: string; readonly sequences: readonly SentLine[] };

export type PublisherCommand = { readonly kind: "stop" };
