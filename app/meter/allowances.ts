import type { MeteredLimit } from "../cut-off/cut-off.ts";

/** What a device may do for as long as it likes, and how much more it may do at once. */
export interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * What is counted of a device, and the limit that each count is held to. Bytes of large messages are counted
 * twice over: what a device has kept while it was away is many small ones, and may come at once; a
 * flood of large ones should not have to bring as much until it is known.
 */
export const countedLimits = {
  messages: "messages",
  bytes: "bytes",
  "large-bytes": "bytes",
  "daily-bytes": "daily-bytes",
  "session-changes": "session-changes",
} as const satisfies Readonly<Record<string, MeteredLimit>>;
export type Counted = keyof typeof countedLimits;
export const counted = Object.keys(countedLimits) as readonly Counted[];

export type Allowances = Readonly<Record<Counted, Allowance>>;

/** What one message adds up to. */
export type Use = Partial<Readonly<Record<Counted, number>>>;

/** From this on a message is a large one. */
export const largeMessageBytes = 8 * 1024;

/** What a stored message takes besides its payload: subject, headers, the record of the store. */
const storedOverheadBytes = 340;

export function useOfReport(payloadBytes: number): Use {
  const bytes = payloadBytes + storedOverheadBytes;
  const large = payloadBytes < largeMessageBytes ? 0 : bytes;
  return { messages: 1, bytes, "large-bytes": large, "daily-bytes": bytes };
}

/** It is counted as a message when it is released. */
export function useOfHeld(payloadBytes: number): Use {
  const { messages: _, ...stored } = useOfReport(payloadBytes);
  return stored;
}

export const useOfSessionChange: Use = { "session-changes": 1 };
