import { board, type Section } from "./board.ts";
import { graph, stacked } from "./panels.ts";

const range = "$__rate_interval";
const storage = "gnatsd_varz_jetstream_stats_storage";
const server = `by (pod)`;

const jetStream: Section = {
  title: "JetStream",
  panels: [
    graph({
      title: "Storage in use",
      description: "Part of what JetStream may use of each server's volume",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: `max ${server} (${storage}{job="nats-core"} / (gnatsd_varz_jetstream_config_max_storage{job="nats-core"} > 0))`,
          legend: "{{pod}}",
        },
      ],
      limit: 0.7,
    }),
    stacked({
      title: "Bytes by stream",
      description: "One copy of each",
      unit: "bytes",
      width: 8,
      queries: [
        {
          expr: "max by (account, stream_name) (jetstream_stream_total_bytes)",
          legend: "{{account}} {{stream_name}}",
        },
      ],
    }),
    graph({
      title: "Messages by stream",
      description: "One copy of each",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: "max by (account, stream_name) (jetstream_stream_total_messages)",
          legend: "{{account}} {{stream_name}}",
        },
      ],
    }),
    graph({
      title: "Streams led",
      description: "By server. A server that leads none does less than its part",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: `count by (server_name) (jetstream_stream_last_seq{is_stream_leader="true"})`,
          legend: "{{server_name}}",
        },
      ],
    }),
    graph({
      title: "Replicas behind",
      description:
        "Distance to the furthest copy. The servers are read one after the other: at 600/s up to 9,000 mean nothing",
      unit: "short",
      width: 8,
      queries: [
        {
          expr: `max by (account, stream_name) (jetstream_stream_last_seq) - on (account, stream_name) group_right () max by (account, stream_name, server_name) (jetstream_stream_last_seq)`,
          legend: "{{server_name}} {{account}} {{stream_name}}",
        },
      ],
    }),
    graph({
      title: "Errors of the JetStream API",
      description: "Requests that a server answered with an error",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: `sum ${server} (rate(gnatsd_varz_jetstream_stats_api_errors[${range}]))`,
          legend: "{{pod}}",
        },
      ],
    }),
    graph({
      title: "Damaged copies",
      description:
        "Copies that were made anew because messages were missing in them; and 1 while a damaged one is kept, and why",
      unit: "short",
      width: 24,
      queries: [
        {
          expr: `sum by (replica, stream) (increase(sentinel_mender_copies_made_anew_total[$__range])) > 0`,
          legend: "{{replica}} {{stream}} made anew",
        },
        {
          expr: `max by (replica, reason) (sentinel_mender_held) > 0`,
          legend: "{{replica}} {{reason}}",
        },
      ],
    }),
  ],
};

const links: Section = {
  title: "Connections",
  panels: [
    graph({
      title: "Connections of the edges",
      description: "Part of what each server takes",
      unit: "percentunit",
      width: 6,
      queries: [
        {
          expr: `max ${server} (gnatsd_varz_connections{job="nats-edge"} / gnatsd_varz_max_connections{job="nats-edge"})`,
          legend: "{{pod}}",
        },
      ],
      limit: 0.9,
    }),
    graph({
      title: "Routes",
      description: "To other servers of the cluster, several to each",
      unit: "short",
      width: 6,
      queries: [{ expr: `max ${server} (gnatsd_varz_routes)`, legend: "{{pod}}" }],
    }),
    graph({
      title: "Leaf links",
      description: "To and from other regions",
      unit: "short",
      width: 6,
      queries: [
        { expr: `max ${server} (gnatsd_varz_leafnodes{job="nats-core"})`, legend: "{{pod}}" },
      ],
    }),
    graph({
      title: "Cut off for reading too slowly",
      description: "Devices and routes; and connections that no longer answered",
      unit: "reqps",
      width: 6,
      queries: [
        { expr: `sum(rate(gnatsd_varz_slow_consumer_stats_clients[${range}]))`, legend: "clients" },
        { expr: `sum(rate(gnatsd_varz_slow_consumer_stats_routes[${range}]))`, legend: "routes" },
        { expr: `sum(rate(gnatsd_varz_stale_connections[${range}]))`, legend: "stale" },
      ],
    }),
  ],
};

const servers: Section = {
  title: "Servers",
  panels: [
    graph({
      title: "Memory",
      description: "Resident memory as nats-server sees it",
      unit: "bytes",
      width: 8,
      queries: [{ expr: `max ${server} (gnatsd_varz_mem)`, legend: "{{pod}}" }],
    }),
    graph({
      title: "CPU",
      description: "As nats-server sees it: 100 is one core",
      unit: "percent",
      width: 8,
      queries: [{ expr: `max ${server} (gnatsd_varz_cpu)`, legend: "{{pod}}" }],
    }),
    graph({
      title: "Health",
      description: "1: the server says that it is well, all of its streams current",
      unit: "short",
      width: 8,
      queries: [
        { expr: `max by (pod, value) (gnatsd_healthz_status_value)`, legend: "{{pod}} {{value}}" },
      ],
    }),
  ],
};

export const nats = board({
  uid: "sentinel-nats",
  title: "NATS",
  description: "Streams, copies, links and servers",
  sections: [jetStream, links, servers],
});
