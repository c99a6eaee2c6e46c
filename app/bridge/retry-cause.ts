import { JetStreamApiError } from "../shared/nats.ts";
import { ID_IN_PROCESS } from "../shared/store-message.ts";

/** Error code of nats-server's JetStream API. */
const STREAM_STORE_FAILED = 10077;

export const retryCauses = ["id-in-process", "store-failed", "unavailable"] as const;
export type RetryCause = (typeof retryCauses)[number];

/**
 * Why an attempt to store failed, as a metric label. `id-in-process` is harmless: the other
 * replica is storing the same message at this moment. `store-failed` is mostly a stream that is full.
 */
export function retryCause(error: Error): RetryCause {
  if (!(error instanceof JetStreamApiError)) return "unavailable";
  if (error.code === ID_IN_PROCESS) return "id-in-process";
  return error.code === STREAM_STORE_FAILED ? "store-failed" : "unavailable";
}
