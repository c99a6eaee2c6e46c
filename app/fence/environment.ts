import { z } from "zod";
import {
  connectionLimits,
  largestPacketBytes,
  leastConnectionBytesPerSecond,
} from "../contract/limits.ts";
import { count, processSchema, readEnvironment } from "../shared/environment.ts";

const ports = z
  .string()
  .regex(/^\d{1,5}(,\d{1,5})*$/, "must be ports, separated by commas")
  .transform((text) => text.split(",").map(Number))
  .refine((all) => all.every((port) => port > 0 && port < 65_536), "must be ports from 1 to 65535");

const shape = {
  ...processSchema,
  /** Where devices connect. */
  DEVICE_PORTS: ports,
  /** Of nft's table. Whoever runs two fences on one machine gives them two names. */
  FENCE_TABLE: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, "must be 1 to 31 of a-z, 0-9 and _, a letter first")
    .default("sentinel_fence"),
  /** Of one connection, in its packets as they arrive. */
  CONNECTION_BYTES_PER_SECOND: count
    .min(leastConnectionBytesPerSecond)
    .max(2 ** 30)
    .default(connectionLimits.bytesPerSecond),
  /** On top of a second's. */
  CONNECTION_BYTES_BURST: count
    .min(largestPacketBytes)
    .max(2 ** 30)
    .default(connectionLimits.burstBytes),
  /** Connections that are remembered, each for ten seconds after its last packet. */
  REMEMBERED_CONNECTIONS: count.max(4_000_000).default(65_536),
};

export type FenceEnvironment = ReturnType<typeof readFenceEnvironment>;
export const readFenceEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);
