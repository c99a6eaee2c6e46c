import { headers } from "../../contract/headers.ts";
import type { JsMsg } from "../../shared/nats.ts";

/** A message as the log of a lane stored it. */
export interface IngressMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly sequence: number;
  /** Milliseconds since 1970, finer than a millisecond. */
  readonly storedMs: number;
  /** Identity that the bridge gave it. What comes from devices has none. */
  readonly messageId: string | undefined;
  /** When the bridge received it, as it wrote it. */
  readonly received: string | undefined;
}

const nanosecondsPerMs = 1_000_000;

export function readIngressMessage(message: JsMsg): IngressMessage {
  return {
    subject: message.subject,
    payload: message.data,
    sequence: message.seq,
    storedMs: message.info.timestampNanos / nanosecondsPerMs,
    // An absent header reads as "".
    messageId: message.headers?.get(headers.messageId) || undefined,
    received: message.headers?.get(headers.received) || undefined,
  };
}
