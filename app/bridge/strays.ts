import { randomUUID } from "node:crypto";
import { type JetStreamClient, messageHeaders } from "../shared/nats.ts";
import { type Receipt, refuse } from "./accept.ts";
import type { BridgeMetrics } from "./bridge-metrics.ts";

/** Stored at the same time; what comes beyond is counted only. */
const atOnce = 64;
const storeLimitMs = 5_000;

export interface StraysArgs {
  readonly js: Pick<JetStreamClient, "publish">;
  /** One of the bridges sees to them. */
  readonly leads: () => boolean;
  readonly counts: Pick<BridgeMetrics, "deadLetters">;
}

/**
 * Takes what a publisher sent where no alerts belong. The broker has acknowledged it, and an MQTT
 * 3.1.1 publisher cannot be told that it is wrong: so it is counted, and shown in DEAD_LETTER. Not held
 * for anybody: what comes while no bridge watches is gone.
 */
export function createStrays({ js, leads, counts }: StraysArgs): (message: Receipt) => void {
  const reason = "invalid-topic";
  let underWay = 0;
  return (message) => {
    if (!leads()) return;
    counts.deadLetters.inc({ reason });
    if (underWay >= atOnce) return;
    underWay++;
    const { subject, payload, headers } = refuse(reason, message, randomUUID());
    const stored = messageHeaders();
    for (const [name, value] of Object.entries(headers)) stored.set(name, value);
    js.publish(subject, payload, { headers: stored, timeout: storeLimitMs })
      // It is counted, and that is all that was promised.
      .catch(() => {})
      .finally(() => underWay--);
  };
}
