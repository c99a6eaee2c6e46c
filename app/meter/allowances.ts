import type { MeteredLimit } from "../cut-off/cut-off.ts";

/** What a device may do for as long as it likes, and how much more it may do at once. */
export interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}
export type Allowances = Readonly<Record<MeteredLimit, Allowance>>;

/** What one message adds up to. */
export type Use = Partial<Readonly<Record<MeteredLimit, number>>>;

/** What a stored message takes besides its payload: subject, headers, the record of the store. */
const storedOverheadBytes = 340;

export function useOfReport(payloadBytes: number): Use {
  const bytes = payloadBytes + storedOverheadBytes;
  return { messages: 1, bytes, "daily-bytes": bytes };
}

/** It is counted as a message when it is released. */
export function useOfHeld(payloadBytes: number): Use {
  const { messages: _, ...stored } = useOfReport(payloadBytes);
  return stored;
}

export const useOfSessionChange: Use = { "session-changes": 1 };
