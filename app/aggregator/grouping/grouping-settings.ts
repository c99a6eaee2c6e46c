import type { RepeatTimes } from "./telling.ts";

export interface GroupingSettings {
  readonly region: string;
  /** So many clients with one rule within so long are a campaign. */
  readonly campaignClients: number;
  readonly campaignMs: number;
  /** A client with so many findings of one rule is an incident of its own, campaign or not. */
  readonly loudFindings: number;
  /** An incident ends when nothing came for so long. */
  readonly quietMs: number;
  /** Pairs of rule and client that are remembered at a time. */
  readonly groupLimit: number;
  readonly repeat: RepeatTimes;
}
