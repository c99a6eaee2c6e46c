import { count, natsSchema, processSchema, readEnvironment } from "../shared/environment.ts";
import type { Allowances } from "./allowances.ts";

const mebibyte = 1024 ** 2;
const secondsPerDay = 86_400;

/**
 * What one device may do, whatever others do. A device that was without a connection may send what
 * it has kept meanwhile at once: the bursts are for that.
 */
export const meteredShape = {
  ...processSchema,
  ...natsSchema,
  MESSAGES_PER_SECOND: count.default(20),
  MESSAGES_BURST: count.default(600),
  /** Of payload and what is stored with it. */
  BYTES_PER_SECOND: count.default(32 * 1024),
  BYTES_BURST: count.default(mebibyte / 2),
  /** Of messages of 8 KiB and more. */
  LARGE_BYTES_BURST: count.default(mebibyte / 4),
  BYTES_PER_DAY: count.default(256 * mebibyte),
  /** A connection and its subscription are two. */
  SESSION_CHANGES_PER_SECOND: count.default(1),
  SESSION_CHANGES_BURST: count.default(30),
  /** Devices that are remembered, 65 bytes each. */
  METERED_DEVICES: count.max(50_000_000).default(2_000_000),
};

export type MeterEnvironment = ReturnType<typeof readMeterEnvironment>;
export const readMeterEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(meteredShape, environment);

export const allowancesOf = (environment: MeterEnvironment): Allowances => ({
  messages: { perSecond: environment.MESSAGES_PER_SECOND, burst: environment.MESSAGES_BURST },
  bytes: { perSecond: environment.BYTES_PER_SECOND, burst: environment.BYTES_BURST },
  "large-bytes": {
    perSecond: environment.BYTES_PER_SECOND,
    burst: environment.LARGE_BYTES_BURST,
  },
  "daily-bytes": {
    perSecond: environment.BYTES_PER_DAY / secondsPerDay,
    burst: environment.BYTES_PER_DAY,
  },
  "session-changes": {
    perSecond: environment.SESSION_CHANGES_PER_SECOND,
    burst: environment.SESSION_CHANGES_BURST,
  },
});
