import { deliveryBound, inspectorsOf, ownStream, quantileOf } from "../queries.ts";
import { targets } from "../watched-region.ts";
import { board, type Section } from "./board.ts";
import { catchUp } from "./catch-up.ts";
import { wayOut } from "./edge.ts";
import { graph, note } from "./panels.ts";

const range = "$__rate_interval";
const rates = (metric: string, by: string) => `sum by (${by}) (rate(${metric}[${range}]))`;
const bridge = "sentinel_bridge_store_seconds";
const inspector = "sentinel_inspector_store_seconds";
const ingress = ownStream("INGRESS");

const latency: Section = {
  title: "Latency",
  panels: [
    graph({
      title: "From bridge to MQTT_ALERTS",
      description: "P99 as an upper bound: P99.5 of both halves, added",
      unit: "s",
      width: 8,
      queries: [{ expr: deliveryBound("5m"), legend: "P99, upper bound" }],
      limit: targets.deliverySeconds,
    }),
    graph({
      title: "Bridge: read to INGRESS",
      description: "From reading off the upstream connection to JetStream's confirmation",
      unit: "s",
      width: 8,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantileOf(q, bridge, range),
        legend: `P${q * 100}`,
      })),
    }),
    graph({
      title: "Inspector: INGRESS to results",
      description: "From INGRESS storing a message to all of its results being stored",
      unit: "s",
      width: 8,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantileOf(q, inspector, range, inspectorsOf("alerts")),
        legend: `P${q * 100}`,
      })),
    }),
  ],
};

const wayIn: Section = {
  title: "Bridge",
  panels: [
    graph({
      title: "Upstream connection",
      description: "1 while subscribed; a paused bridge is away by its own will",
      unit: "short",
      width: 8,
      queries: [
        { expr: "sentinel_bridge_upstream_connected", legend: "{{replica}} connected" },
        { expr: "sentinel_bridge_paused", legend: "{{replica}} paused" },
      ],
    }),
    graph({
      title: "In flight",
      description: "Alerts taken that JetStream has not confirmed",
      unit: "short",
      width: 8,
      queries: [{ expr: "sentinel_bridge_in_flight_messages", legend: "{{replica}}" }],
    }),
    graph({
      title: "Held until stored",
      description: "Memory of the alerts in flight. Beyond its limit a bridge pauses",
      unit: "bytes",
      width: 8,
      queries: [{ expr: "sentinel_bridge_held_bytes", legend: "{{replica}}" }],
    }),
    graph({
      title: "Held by the upstream broker",
      description:
        "Payloads for sessions that are away or behind, as Mosquitto tells every ten seconds",
      unit: "bytes",
      width: 12,
      queries: [{ expr: "max(sentinel_bridge_upstream_backlog_bytes)", legend: "bytes" }],
    }),
    graph({
      title: "Messages held by the upstream broker",
      description: "How many that is",
      unit: "short",
      width: 12,
      queries: [{ expr: "max(sentinel_bridge_upstream_backlog_messages)", legend: "messages" }],
    }),
    graph({
      title: "Leading bridge",
      description: "One leads and stores. Two for more than a moment: they do not hear each other",
      unit: "short",
      width: 12,
      queries: [
        { expr: "sentinel_bridge_leads", legend: "{{replica}}" },
        {
          expr: "increase(sentinel_bridge_takeovers_total[5m])",
          legend: "{{replica}} took over in 5 min",
        },
        {
          expr: "increase(sentinel_bridge_discarded_sessions_total[5m])",
          legend: "{{replica}} dropped the other's session in 5 min",
        },
      ],
    }),
    graph({
      title: "Stored, or confirmed by the other bridge",
      description: "What a bridge is done with, by how",
      unit: "mps",
      width: 12,
      queries: [
        {
          expr: rates("sentinel_bridge_stored_messages_total", "replica"),
          legend: "{{replica}} stored",
        },
        {
          expr: rates("sentinel_bridge_confirmed_messages_total", "replica"),
          legend: "{{replica}} confirmed",
        },
      ],
    }),
    graph({
      title: "Publishers told what became of their alerts",
      description:
        "Of those who asked. Dropped: a bridge was away from the broker. Misdirected: they named a topic that is none",
      unit: "mps",
      width: 8,
      queries: [
        {
          expr: rates("sentinel_bridge_publisher_confirmations_total", "outcome"),
          legend: "{{outcome}}",
        },
      ],
    }),
    graph({
      title: "Failed attempts to store",
      description: "id-in-process: the other replica stores the same alert at this moment",
      unit: "mps",
      width: 8,
      queries: [
        { expr: rates("sentinel_bridge_store_retries_total", "cause"), legend: "{{cause}}" },
      ],
    }),
    graph({
      title: "Sent again, given up, shed, expired",
      description:
        "Gone are what is shed, which was QoS 0, and what expired, as its publisher wanted",
      unit: "mps",
      width: 8,
      queries: [
        ["resent_messages", "resent"],
        ["stale_acknowledgements", "stored too late"],
        ["abandoned_messages", "given up"],
        ["shed_messages", "shed"],
        ["expired_messages", "expired"],
      ].map(([what, legend]) => ({
        expr: rates(`sentinel_bridge_${what}_total`, "replica"),
        legend: `{{replica}} ${legend}`,
      })),
    }),
  ],
};

const middle: Section = {
  title: "INGRESS and inspectors",
  panels: [
    graph({
      title: "Waiting, by partition",
      description: "Messages that wait or are in flight",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: `max by (partition) (sentinel_inspector_lag_messages${inspectorsOf("alerts")})`,
          legend: "partition {{partition}}",
        },
      ],
    }),
    graph({
      title: "INGRESS in use",
      description: "Part of its limit. Full means that it refuses",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: `max(jetstream_stream_total_bytes${ingress} / (jetstream_stream_limit_bytes${ingress} > 0))`,
          legend: "in use",
        },
      ],
      limit: 0.7,
    }),
    graph({
      title: "From the slowest cursor to the end",
      description: "What cannot be purged yet: one stuck partition keeps all of it",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: `max(sentinel_inspector_purge_distance_messages${inspectorsOf("alerts")})`,
          legend: "messages",
        },
      ],
    }),
    graph({
      title: "Partitions owned",
      description: "All of a lane together: the number of partitions",
      unit: "short",
      width: 8,
      queries: [{ expr: "sentinel_inspector_partitions_owned", legend: "{{replica}}" }],
    }),
    graph({
      title: "Partitions lost, 5 min",
      description: "Lost rather than handed back: each stops for 2 to 3 s",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: "sum by (replica, code) (increase(sentinel_inspector_lease_losses_total[5m]))",
          legend: "{{replica}} {{code}}",
        },
      ],
    }),
    graph({
      title: "Failed attempts to store, repetitions",
      description: "Repetitions come from a partition's change of owner; the stream removes them",
      unit: "mps",
      width: 8,
      queries: [
        ...[
          ["store_retries", "failed"],
          ["duplicate_messages", "repeated"],
        ].map(([what, legend]) => ({
          expr: rates(`sentinel_inspector_${what}_total`, "destination"),
          legend: `{{destination}} ${legend}`,
        })),
        {
          expr: rates("sentinel_inspector_resent_alerts_total", "replica"),
          legend: "{{replica}} sent once more, after a lost connection",
        },
      ],
    }),
  ],
};

const notes = `
No server measures what happens after an alert was sent: routes, edge, network. nats-server counts the alerts that arrive at an edge for its devices, and nothing of what it sends by MQTT.
`;

export const delivery = board({
  uid: "sentinel-delivery",
  title: "Delivery",
  description: "Where an alert's time goes, and where alerts wait",
  sections: [
    latency,
    wayIn,
    middle,
    wayOut,
    catchUp,
    { title: "What is not measured", panels: [note(notes, 3)] },
  ],
});
