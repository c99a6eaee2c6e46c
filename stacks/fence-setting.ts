import { z } from "zod";
import {
  connectionLimits,
  largestPacketBytes,
  leastConnectionBytesPerSecond,
} from "../app/contract/limits.ts";
import { must, whole } from "./setting-rules.ts";

const example = JSON.stringify(connectionLimits);

const limits = z.strictObject({
  bytesPerSecond: whole(leastConnectionBytesPerSecond, 1_073_741_824).default(
    connectionLimits.bytesPerSecond,
  ),
  burstBytes: whole(largestPacketBytes, 1_073_741_824).default(connectionLimits.burstBytes),
});

/** What one connection of a device may send before its edge reads it. "off": the edges alone bound it. */
export const fence = z
  .union([z.literal("off"), limits], must(`"off" or an object such as ${example}`))
  .default(connectionLimits);
