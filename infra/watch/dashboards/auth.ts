import { quantileOf } from "../queries.ts";
import { targets } from "../watched-region.ts";
import { archive } from "./archive.ts";
import { board, type Section } from "./board.ts";
import { graph, stacked } from "./panels.ts";
import { revocation } from "./revocation.ts";

const range = "$__rate_interval";
const decisions = (selector: string) => `sentinel_auth_decisions_total${selector}`;
const quantiles = (histogram: string) =>
  [0.5, 0.99].map((q) => ({ expr: quantileOf(q, histogram, range), legend: `P${q * 100}` }));
const lookups = (selector: string) =>
  `sum(rate(sentinel_auth_cache_lookups_total${selector}[${range}]))`;

const logins: Section = {
  title: "Logins",
  panels: [
    stacked({
      title: "Decisions",
      description: "Admitted and refused, by reason",
      unit: "reqps",
      width: 12,
      queries: [
        {
          expr: `sum by (outcome, code) (rate(${decisions("")}[${range}]))`,
          legend: "{{outcome}} {{code}}",
        },
      ],
    }),
    graph({
      title: "Time to decide",
      description: "From receipt of an auth callout to its answer, in the auth service",
      unit: "s",
      width: 6,
      queries: quantiles("sentinel_auth_decision_seconds"),
      limit: targets.authSeconds,
    }),
    graph({
      title: "New connections at the edge",
      description: "Connections that the edges accepted, whether the login succeeded or not",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum(rate(gnatsd_varz_total_connections{job="nats-edge"}[${range}]))`,
          legend: "connections",
        },
      ],
    }),
  ],
};

const limits: Section = {
  title: "Limits",
  panels: [
    stacked({
      title: "Refused by a limit",
      description:
        "address-rate, address-failures, device-failures: of the source; concurrency, strangers, backlog: no room",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum by (limit) (rate(sentinel_auth_limited_total[${range}]))`,
          legend: "{{limit}}",
        },
      ],
    }),
    graph({
      title: "Lock-outs begun, and what logins say",
      description:
        "Of one id at one address, or of an address; findings of an address that tries many ids, of a device that is tried from many addresses, or of one that logs in again and again",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum by (limit) (rate(sentinel_auth_lockouts_total[${range}]))`,
          legend: "{{limit}}",
        },
        {
          expr: `sum by (rule) (rate(sentinel_auth_login_findings_total[${range}]))`,
          legend: "{{rule}}",
        },
        {
          expr: `sum(rate(sentinel_auth_login_findings_untold_total[${range}]))`,
          legend: "not told",
        },
      ],
    }),
    graph({
      title: "Sources remembered",
      description: "By the replica that remembers most; past 20,000 it forgets the oldest",
      unit: "short",
      width: 4,
      queries: [{ expr: "max by (limit) (sentinel_auth_limit_sources)", legend: "{{limit}}" }],
      limit: 20_000,
    }),
    graph({
      title: "Logins under way",
      description: "At 4,000 in one replica further ones are refused, unless set otherwise",
      unit: "short",
      width: 4,
      queries: [{ expr: "sentinel_auth_logins_under_way", legend: "{{replica}}" }],
      limit: 4_000,
    }),
    graph({
      title: "Memory of the caches",
      description: "Device records of the replica that has most of them",
      unit: "bytes",
      width: 4,
      queries: [{ expr: "max by (cache) (sentinel_auth_cache_bytes)", legend: "{{cache}}" }],
    }),
  ],
};

const registry: Section = {
  title: "Device table",
  panels: [
    graph({
      title: "Cache hits",
      description: "Part of the look-ups for logins that needed no read of their own",
      unit: "percentunit",
      width: 6,
      queries: [
        {
          expr: `${lookups(`{cache="login",result=~"hit|shared"}`)} / ${lookups(`{cache="login"}`)}`,
          legend: "login",
        },
        {
          expr: `${lookups(`{cache="status",result=~"hit|shared"}`)} / ${lookups(`{cache="status"}`)}`,
          legend: "recipient status",
        },
      ],
    }),
    graph({
      title: "Without the table",
      description: "stale: admitted from memory; unavailable: refused, since nothing is known",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum by (result) (rate(sentinel_auth_cache_lookups_total{result=~"stale|unavailable"}[${range}]))`,
          legend: "{{result}}",
        },
      ],
    }),
    graph({
      title: "Reads of DynamoDB",
      description: "Duration of one batch read",
      unit: "s",
      width: 6,
      queries: quantiles("sentinel_auth_registry_read_seconds"),
    }),
    graph({
      title: "Reads, failures, unreadable items",
      description: "Batch reads per second",
      unit: "reqps",
      width: 6,
      queries: [
        { expr: `sum(rate(sentinel_auth_registry_read_seconds_count[${range}]))`, legend: "reads" },
        {
          expr: `sum(rate(sentinel_auth_registry_read_failures_total[${range}]))`,
          legend: "failed",
        },
        {
          expr: `sum(rate(sentinel_auth_registry_unreadable_items_total[${range}]))`,
          legend: "unreadable items",
        },
      ],
    }),
  ],
};

const audit: Section = {
  title: "Audit",
  panels: [
    graph({
      title: "Not stored yet",
      description: "Decisions between the answer and AUDIT. Full: nobody is admitted",
      unit: "short",
      width: 9,
      queries: [{ expr: "sentinel_auth_audit_outbox_records", legend: "{{replica}}" }],
    }),
    graph({
      title: "Oldest of them",
      description: "Beyond 5 s nobody is admitted, unless set otherwise",
      unit: "s",
      width: 9,
      queries: [{ expr: "sentinel_auth_audit_oldest_seconds", legend: "{{replica}}" }],
      limit: 5,
    }),
    graph({
      title: "Failed attempts, counted decisions",
      description:
        "A failed attempt is followed by another; a counted decision is in AUDIT as part of a number",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum(rate(sentinel_auth_audit_failures_total[${range}]))`,
          legend: "failed attempts",
        },
        {
          expr: `sum(rate(sentinel_auth_audit_unrecorded_total[${range}]))`,
          legend: "counted decisions",
        },
      ],
    }),
  ],
};

export const auth = board({
  uid: "sentinel-auth",
  title: "Auth",
  description: "Who is admitted, how fast, and whether it is written down",
  sections: [logins, limits, registry, revocation, audit, archive],
});
