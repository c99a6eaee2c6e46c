import { headers } from "../../contract/headers.ts";
import type { JsMsg, StoredMsg } from "../../shared/nats.ts";

/** A message as the log of a lane stored it. */
export interface IngressMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly sequence: number;
  /** Milliseconds since 1970, finer than a millisecond. */
  readonly storedMs: number;
  /** Identity that the bridge or the gate gave it. What devices sent before there were gates has none. */
  readonly messageId: string | undefined;
  /** When the bridge or the gate received it, as it wrote it. */
  readonly received: string | undefined;
  /** What its publisher signed it with. */
  readonly signature?: string | undefined;
  /** The quality of service that a report came with. */
  readonly qos: number;
  /** Whether a gate sent it itself, to see that attacks are found. */
  readonly canary: boolean;
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
    signature: message.headers?.get(headers.alertSignature) || undefined,
    qos: qosOf(message.headers?.get(headers.qos)),
    canary: (message.headers?.get(headers.canary) ?? "") !== "",
  };
}

const qosOf = (header: string | undefined) => (header ? Number(header) : 1);

/** The same of a message that was asked for by itself. It comes out equal: its identity rests on it. */
export function readStoredMessage(message: StoredMsg): IngressMessage {
  return {
    subject: message.subject,
    payload: message.data,
    sequence: message.seq,
    storedMs: nanosecondsOf(message.timestamp) / nanosecondsPerMs,
    messageId: message.header?.get(headers.messageId) || undefined,
    received: message.header?.get(headers.received) || undefined,
    signature: message.header?.get(headers.alertSignature) || undefined,
    qos: qosOf(message.header?.get(headers.qos)),
    canary: (message.header?.get(headers.canary) ?? "") !== "",
  };
}

/** Of a time such as `2026-11-27T13:00:00.123456789Z`, as near as a number can be. */
function nanosecondsOf(timestamp: string): number {
  const [, second, fraction = ""] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(timestamp) ?? [];
  const nanoseconds = BigInt(fraction.padEnd(9, "0").slice(0, 9));
  return Number(BigInt(Date.parse(`${second}Z`)) * 1_000_000n + nanoseconds);
}
