import type { Section } from "./board.ts";
import { graph } from "./panels.ts";

const range = "$__rate_interval";

/** Where alerts leave the region. */
export const wayOut: Section = {
  title: "Edge",
  panels: [
    graph({
      title: "Alerts at the edge, reports from devices",
      description:
        "Alerts that arrive at an edge for its devices, by account; what it then sends by MQTT is counted by nobody",
      unit: "mps",
      width: 6,
      queries: [
        {
          expr: `sum by (account) (rate(gnatsd_accstatz_received_messages{job="nats-edge",account=~"ALERTS|FROM_.*"}[${range}]))`,
          legend: "alerts, {{account}}",
        },
        {
          expr: `sum(rate(gnatsd_varz_in_client_msgs{job="nats-edge"}[${range}]))`,
          legend: "from devices",
        },
      ],
    }),
    graph({
      title: "Devices cut off for reading too slowly",
      description: "What was on its way to them is not delivered live",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum by (pod) (rate(gnatsd_varz_slow_consumer_stats_clients{job="nats-edge"}[${range}]))`,
          legend: "{{pod}}",
        },
      ],
    }),
    graph({
      title: "Alerts from other regions",
      description: "Stored by the mirrors of their streams",
      unit: "mps",
      width: 6,
      queries: [
        {
          expr: `max by (account) (rate(jetstream_stream_last_seq{account=~"FROM_.*",stream_name="MQTT_ALERTS"}[${range}]))`,
          legend: "{{account}}",
        },
      ],
    }),
    graph({
      title: "Mirrors behind",
      description:
        "Messages that another region has and this one does not, as far as is known here; and mirrors that were made to ask anew after a cut",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: `max by (account) (jetstream_stream_mirror_lag{is_stream_leader="true"})`,
          legend: "{{account}}",
        },
        {
          expr: `sum by (peer, stream) (increase(sentinel_mender_mirror_nudges_total[${range}])) > 0`,
          legend: "{{peer}} {{stream}} asked anew",
        },
      ],
    }),
  ],
};
