/** Headers of stored messages. Times are milliseconds since 1970 with three decimals. */
export const headers = {
  messageId: "Nats-Msg-Id",
  /** When the bridge read the message from the upstream broker, or a gate took it from its edge. */
  received: "Sentinel-Received",
  /** What its publisher signed an alert with, as it came. */
  alertSignature: "Sentinel-Alert-Signature",
  /** With what quality of service a report came, where that is not 1. */
  qos: "Sentinel-Qos",
  /** Of a synthetic attack: it is inspected as a report is, and neither delivered nor counted. */
  canary: "Sentinel-Canary",
  /** When the log of its lane stored it. */
  ingressStored: "Sentinel-Ingress-Stored",
  /** When the verdict fell. */
  inspected: "Sentinel-Inspected",
  ingressSequence: "Sentinel-Ingress-Sequence",
  origin: "Sentinel-Origin",
  verdict: "Sentinel-Verdict",
  /** Ids of the rules and checks that matched, comma separated. */
  findings: "Sentinel-Findings",
  /** Of a message that was held: its sequence in QUARANTINE, out of which somebody let it go. */
  released: "Sentinel-Released",
  /** DEAD_LETTER: why, and the topic percent-encoded, since it may hold anything. */
  reason: "Sentinel-Reason",
  topic: "Sentinel-Topic",
  /** DEAD_LETTER, where the payload is only the beginning of what came: its size, and SHA-256 in hex. */
  payloadBytes: "Sentinel-Payload-Bytes",
  payloadHash: "Sentinel-Payload-Sha256",
  /** AUDIT: what the writer says for its record, see `SignedHead`. */
  signature: "Sentinel-Signature",
} as const;

/** The present as headers carry it: finer than Date.now(), comparable between processes of one host. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

const steppedMs = 1_000;

/**
 * A time of `nowMs` as the machine's clock has it by now, where that was set, or went on while the
 * machine slept: `nowMs` follows neither, and others compare with their own clocks.
 */
export function wallMs(ms: number): number {
  const aheadMs = Date.now() - nowMs();
  return Math.abs(aheadMs) > steppedMs ? ms + aheadMs : ms;
}

export const timestamp = (ms: number) => ms.toFixed(3);
