import {
  alertsIn,
  connections,
  deadLetters,
  deliveryBound,
  inspectorsOf,
  ownStream,
  quantileOf,
  shareDrift,
} from "../queries.ts";
import { targets, type WatchedRegion } from "../watched-region.ts";
import { board, type Section } from "./board.ts";
import { figure, graph, note } from "./panels.ts";

const range = "$__rate_interval";
const authP99 = quantileOf(0.99, "sentinel_auth_decision_seconds", "5m");

const notes = `
**Delivery P99** is an upper bound of the time from the bridge's reading of an alert to its being stored in MQTT_ALERTS, out of two histograms (P99.5 of each half, added).
Not in it: Mosquitto's part before the bridge, and from the stream through the edge and the network to the device. No server sees a device receive an alert; \`make bench\` measures that part.

**Loss** is not measured here: that every accepted alert arrives is what the chaos tests prove. What waits is in INGRESS, what was refused in DEAD_LETTER, what was held back in QUARANTINE: all of that is shown.

Connections and share are this region's. The plan comes from the stack's settings.
`;

export const overview = (watched: WatchedRegion) =>
  board({
    uid: "sentinel-overview",
    title: "Overview",
    description: `Region ${watched.region} against its targets`,
    sections: [
      promised(watched),
      exceptions,
      flow(watched),
      { title: "What is measured", panels: [note(notes, 6)] },
    ],
  });

const promised = (watched: WatchedRegion): Section => ({
  title: "Against the targets",
  panels: [
    figure({
      title: "Connected devices",
      description: `Planned: ${watched.clients}`,
      unit: "short",
      width: 4,
      queries: [{ expr: connections, legend: "devices" }],
    }),
    figure({
      title: "Share drift",
      description: "Difference from the planned number of devices, in parts of the planned fleet",
      unit: "percentunit",
      width: 4,
      queries: [{ expr: `abs(${shareDrift(watched)})`, legend: "drift" }],
      limit: targets.shareDrift,
    }),
    figure({
      title: "Alerts in",
      description: `Read from the upstream broker. Planned for all regions: ${watched.alertsPerSecond}/s`,
      unit: "mps",
      width: 4,
      queries: [{ expr: alertsIn("1m"), legend: "alerts" }],
    }),
    figure({
      title: "Delivery P99",
      description: "Upper bound, from the bridge to the stream: see the note below",
      unit: "s",
      width: 4,
      queries: [{ expr: deliveryBound("5m"), legend: "P99" }],
      limit: targets.deliverySeconds,
    }),
    figure({
      title: "Auth P99",
      description: "From an auth callout to its answer",
      unit: "s",
      width: 4,
      queries: [{ expr: authP99, legend: "P99" }],
      limit: targets.authSeconds,
    }),
    figure({
      title: "Alerts firing",
      description: "Rules whose condition has held for long enough",
      unit: "short",
      width: 4,
      queries: [
        {
          expr: `count(ALERTS{alertname=~"Sentinel.*",alertstate="firing"}) or vector(0)`,
          legend: "firing",
        },
      ],
      limit: 1,
    }),
  ],
});

const exceptions: Section = {
  title: "What did not go the normal way",
  panels: [
    figure({
      title: "Dead letters, 24 h",
      description: "Could not be taken: wrong topic or client id, too large",
      unit: "short",
      width: 6,
      queries: [{ expr: `sum(${deadLetters("24h")})`, legend: "messages" }],
    }),
    figure({
      title: "Quarantined, 24 h",
      description: "Held back by a verdict",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: `sum(increase(sentinel_inspector_inspected_messages_total{verdict=~"quarantine|deny"}[24h]))`,
          legend: "messages",
        },
      ],
    }),
    figure({
      title: "Messages held",
      description: "Their inspection fails, and they are passed on to nobody",
      unit: "short",
      width: 6,
      queries: [{ expr: "sum(sentinel_inspector_held_messages)", legend: "messages" }],
      limit: 1,
    }),
    figure({
      title: "Waiting in INGRESS",
      description: "Not inspected yet, or in flight",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: `sum(sentinel_inspector_lag_messages${inspectorsOf("alerts")})`,
          legend: "messages",
        },
      ],
    }),
  ],
};

const flow = ({ clients }: WatchedRegion): Section => ({
  title: "Flow",
  panels: [
    graph({
      title: "Alerts per stage",
      description: "The lines lie on each other when everything keeps up",
      unit: "mps",
      width: 12,
      queries: [
        { expr: alertsIn(range), legend: "read from upstream" },
        {
          expr: `sum(rate(sentinel_bridge_stored_messages_total[${range}])) - sum(rate(sentinel_bridge_duplicate_messages_total[${range}]))`,
          legend: "stored in INGRESS or DEAD_LETTER",
        },
        {
          expr: `sum(rate(sentinel_inspector_inspected_messages_total{origin="upstream"}[${range}]))`,
          legend: "inspected",
        },
        {
          expr: `max(rate(jetstream_stream_last_seq${ownStream("MQTT_ALERTS")}[${range}]))`,
          legend: "stored in MQTT_ALERTS",
        },
      ],
    }),
    graph({
      title: "Connected devices",
      description: "The dashed line is the plan",
      unit: "short",
      width: 12,
      queries: [{ expr: connections, legend: "devices" }],
      limit: clients,
    }),
  ],
});
