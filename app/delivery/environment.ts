import { z } from "zod";
import { regionNames } from "../contract/regions.ts";
import { count, list, natsSchema, processSchema, readEnvironment } from "../shared/environment.ts";

const shape = {
  ...processSchema,
  ...natsSchema,
  /** The other regions whose alerts are copied here. */
  PEERS: list.pipe(z.array(z.enum(regionNames))).default([]),
  /**
   * How long a device may be gone before a server notices: what was sent to it in that time before its
   * session ended is sent again. One and a half times the longest keep-alive (340 s), and longer than
   * a line on which something was sent stays up unanswered (Linux: 924 s).
   */
  OVERLAP_SECONDS: count.max(86_400).default(1_020),
  /** Missed alerts that this replica sends in a second, to all devices and to one of them. */
  ALERTS_PER_SECOND: count.max(100_000).default(4_000),
  DEVICE_ALERTS_PER_SECOND: count.max(100_000).default(500),
  /** How often devices are looked for that connected so long ago and that nobody has seen to. */
  SWEEP_SECONDS: count.max(3_600).default(30),
  /** Devices that may wait for their turn; who finds no room is found later in the sessions' records. */
  WAITING_DEVICES: count.max(10_000_000).default(200_000),
};

export const readDeliveryEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
