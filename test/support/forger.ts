/** What somebody tries who has one service's password and knows how nats-server works. */
import { setTimeout as delay } from "node:timers/promises";
import { messageHeaders, type NatsConnection } from "../../app/shared/nats.ts";

/** Where forged bytes would do harm, whatever account they get into. */
export const targets = [
  "deliver.victim.alerts",
  "clients.victim.alerts",
  "audit.auth.victim",
  "audit.registry.victim",
  "audit.copies._",
  "audit.quarantine.victim",
  "audit.chain.auth.victim",
  "$KV.partitions.partition.3",
  "$KV.report-partitions.partition.3",
  "ingress.upstream.victim",
  "ingress.device.victim",
  "registry.changes.victim",
  "registry.told.changes.victim",
  "registry.told.bars.victim",
  "registry.sweep",
  "events.pattern.victim",
  "quarantine.upstream.victim",
  "quarantine.device.victim",
  "decisions.upstream.1",
  "decide.upstream.console",
  "reports.victim",
  "deadletter.bridge.forged",
  "deadletter.inspector.forged",
  "_INBOX_witness.1",
  "$JS.ACK.REGISTRY_CHANGES.session-closer.1.1.1.1.0",
  "$JS.API.STREAM.DELETE.AUDIT",
  "$JS.API.STREAM.PURGE.MQTT_ALERTS",
  "$JS.API.ACCOUNT.PURGE.CORE",
  "$JS.API.ACCOUNT.PURGE.AUDIT",
] as const;

/** What nobody may hear, whoever it is meant for. */
const foreign = [
  ">",
  "_INBOX_*.>",
  "_INBOX_witness.>",
  "_R_.>",
  "clients.*.alerts",
  "deliver.>",
  "audit.>",
  "ingress.>",
  "$KV.>",
  "$SYS.>",
  "$JS.>",
  "$MQTT.>",
  "$SYS.REQ.USER.AUTH",
  "$JS.API.STREAM.INFO.*",
  "$JS.API.DIRECT.GET.>",
  "registry.status",
];

const reads = (stream: string, victim: string, name: string): readonly [string, unknown][] => [
  [`$JS.API.DIRECT.GET.${stream}`, { seq: 1 }],
  [`$JS.API.DIRECT.GET.${stream}`, { seq: 1, next_by_subj: ">", batch: 3 }],
  [`$JS.API.DIRECT.GET.${stream}`, { multi_last: [">"] }],
  [`$JS.API.STREAM.MSG.GET.${stream}`, { seq: 1 }],
  [`$JS.API.STREAM.INFO.${stream}`, {}],
  [`$JS.API.CONSUMER.INFO.${stream}.session-closer`, {}],
  [`$JS.API.CONSUMER.MSG.NEXT.${stream}.session-closer`, { batch: 3, expires: 1e9 }],
  [
    `$JS.API.CONSUMER.CREATE.${stream}.${name}`,
    { stream_name: stream, config: { name, deliver_subject: victim, deliver_policy: "all" } },
  ],
];

/** Deletes and changes; none of them is allowed to anybody but, in part, who makes streams. */
export const destructions = (stream: string): readonly [string, unknown][] => [
  [`$JS.API.STREAM.DELETE.${stream}`, {}],
  [`$JS.API.STREAM.PURGE.${stream}`, {}],
  [`$JS.API.STREAM.MSG.DELETE.${stream}`, { seq: 1 }],
  [`$JS.API.STREAM.UPDATE.${stream}`, { name: stream, description: "forged" }],
  [`$JS.API.CONSUMER.DELETE.${stream}.session-closer`, {}],
  [`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, {}],
];

export interface Forging {
  readonly streams: readonly string[];
  /** What this user may publish, in which wildcards have become `victim`. */
  readonly own: readonly string[];
  /** Streams that the user may purge or change by right: then it is not tried. */
  readonly spared: readonly string[];
}

/** Hears what is forbidden, and tries to write to each target in every way. Returns what it heard. */
export async function forge(connection: NatsConnection, forging: Forging): Promise<() => string[]> {
  const { streams, own, spared } = forging;
  const heard: string[] = [];
  const ownInbox = /^_INBOX_(?!witness)/;
  for (const subject of foreign) {
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (!error && !ownInbox.test(message.subject)) heard.push(message.subject);
      },
    });
    subscription.closed.catch(() => {});
  }
  let count = 0;
  const send = (subject: string, body: unknown, reply?: string, trace?: string) => {
    const headers = messageHeaders();
    headers.set("Nats-Msg-Id", `forged-${process.pid}-${count++}`);
    if (trace !== undefined) headers.set("Nats-Trace-Dest", trace);
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    connection.publish(subject, payload, { headers, ...(reply !== undefined && { reply }) });
  };
  for (const target of targets) {
    send(target, "forged");
    for (const stream of streams) {
      for (const [subject, body] of reads(stream, target, `forged${count}`))
        send(subject, body, target);
    }
    for (const subject of own) {
      send(subject, "forged", target);
      send(subject, "forged", `${target}.$FI`);
      send(subject, "forged", undefined, target);
    }
    // The client would hold back what comes faster than the server takes it.
    await connection.flush();
  }
  for (const stream of streams.filter((each) => !spared.includes(each))) {
    for (const [subject, body] of destructions(stream)) send(subject, body);
  }
  await connection.flush();
  return () => heard;
}

/** Resolves when two looks in a row, with time between them for what is under way, see the same. */
export async function settled<T>(look: () => Promise<T>): Promise<T> {
  let before = JSON.stringify(await look());
  for (const endMs = performance.now() + 60_000; performance.now() < endMs; ) {
    await delay(400);
    const now = await look();
    if (JSON.stringify(now) === before) return now;
    before = JSON.stringify(now);
  }
  throw new Error("it does not settle");
}
