import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { deadLetterReasons } from "../contract/dead-letter.ts";
import { latencyBuckets } from "../shared/metrics.ts";
import { confirmationOutcomes } from "./confirmations.ts";
import { retryCauses } from "./retry-cause.ts";

/** What can be read at any time rather than counted when it happens. */
export interface BridgeState {
  inFlight(): number;
  heldBytes(): number;
  paused(): boolean;
  upstreamConnected(): boolean;
  leads(): boolean;
  /** NaN while it is not known. */
  backlogBytes(): number;
  backlogMessages(): number;
}

export type BridgeMetrics = ReturnType<typeof createBridgeMetrics>;

export function createBridgeMetrics(registry: Registry, state: BridgeState) {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `sentinel_bridge_${name}_total`, help, registers });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `sentinel_bridge_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("in_flight_messages", "Messages taken and not yet stored", state.inFlight);
  gauge("held_bytes", "What those messages cost in memory, roughly", state.heldBytes);
  gauge("paused", "1 while off the upstream broker until what is held has been stored", () =>
    Number(state.paused()),
  );
  gauge("upstream_connected", "1 while subscribed to the upstream broker", () =>
    Number(state.upstreamConnected()),
  );
  gauge("leads", "1 while this replica stores at once; the other one waits for it", () =>
    Number(state.leads()),
  );
  gauge(
    "upstream_backlog_bytes",
    "Payloads that the upstream broker holds, those of absent sessions included",
    state.backlogBytes,
  );
  gauge("upstream_backlog_messages", "How many messages that is", state.backlogMessages);
  return {
    received: counter("received_messages", "Messages that the upstream broker handed over"),
    stored: counter("stored_messages", "Messages that JetStream confirmed, duplicates included"),
    duplicates: counter("duplicate_messages", "Messages that JetStream had already"),
    confirmed: counter(
      "confirmed_messages",
      "Messages that the other replica stored, acknowledged without storing them",
    ),
    expired: counter(
      "expired_messages",
      "Messages whose messageExpiryInterval ended at the upstream broker, before they came here",
    ),
    discarded: counter(
      "discarded_sessions",
      "Sessions of the other replica that were dropped at the upstream broker, since it was away",
    ),
    takeovers: counter("takeovers", "Times that this replica began to lead"),
    stale: counter(
      "stale_acknowledgements",
      "Messages stored too late for their upstream connection, which was lost: they come again",
    ),
    resent: counter(
      "resent_messages",
      "Messages that came again after they had been stored, acknowledged without storing them",
    ),
    abandoned: counter(
      "abandoned_messages",
      "Messages given up unstored, since the upstream broker sends them again",
    ),
    shed: counter(
      "shed_messages",
      "QoS 0 messages dropped because too much waited to be stored: QoS 0 promises nothing",
    ),
    retries: labelledCounter(registers, {
      name: "sentinel_bridge_store_retries_total",
      help: "Attempts to store that failed and are repeated",
      label: "cause",
      values: retryCauses,
    }),
    deadLetters: labelledCounter(registers, {
      name: "sentinel_bridge_dead_letter_messages_total",
      help: "Messages that went to DEAD_LETTER",
      label: "reason",
      values: deadLetterReasons,
    }),
    confirmations: labelledCounter(registers, {
      name: "sentinel_bridge_publisher_confirmations_total",
      help: "Alerts whose publisher asked what became of them, by what it was told",
      label: "outcome",
      values: confirmationOutcomes,
    }),
    storeSeconds: new Histogram({
      name: "sentinel_bridge_store_seconds",
      // What the other replica stored first is none of this one's latency.
      help: "From reading a message off the upstream connection to JetStream's confirmation, without duplicates",
      buckets: latencyBuckets,
      registers,
    }),
  };
}

/** Starts at zero for each value: an alert on an increase would miss the first one otherwise. */
function labelledCounter<L extends string>(
  registers: Registry[],
  spec: { name: string; help: string; label: L; values: readonly string[] },
): Counter<L> {
  const { name, help, label, values } = spec;
  const counter = new Counter<L>({ name, help, labelNames: [label], registers });
  for (const value of values) counter.labels(value).inc(0);
  return counter;
}
