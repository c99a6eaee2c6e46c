import type { Account } from "./accounts.ts";
import { accountOfStream } from "./stores.ts";
import type { StreamName } from "./stream-bounds.ts";
import { type AuditKind, subjects } from "./subjects.ts";

/**
 * One thing that an account may ask of another: a service import. nats-server puts a subject of its
 * own in the place of the caller's reply subject, so that an answer comes back to the caller's
 * account and cannot be sent anywhere else.
 */
export interface Call {
  /** Who answers. */
  readonly to: Account;
  /** The caller's; the same on both sides unless `asked` says otherwise. */
  readonly subject: string;
  /** What the answering account is asked, with the same wildcards. */
  readonly asked?: string;
  readonly answers: "one" | "many";
}

export const call = (to: Account, subject: string): Call => ({ to, subject, answers: "one" });
export const callMany = (to: Account, subject: string): Call => ({ to, subject, answers: "many" });

/** Adds messages to the streams of an account, each with an acknowledgement. */
export const store = (to: Account, ...added: readonly string[]): readonly Call[] =>
  added.map((subject) => call(to, subject));

/**
 * Asks servers, `PING` for all of them. Under a name of its own, because nats-server imports some of
 * these subjects into every account and answers there for that account alone.
 */
export const askServers = (request: "CONNZ" | "JSZ" | "KICK"): Call => ({
  ...callMany("SYS", `servers.*.${request}`),
  asked: `$SYS.REQ.SERVER.*.${request}`,
});

/**
 * Sends alerts to devices. Under a name of its own, because under theirs they are stored. Straight into
 * the devices' account: what comes by a call is carried on by no crossing on the same server.
 */
export const sendAlerts: Call = {
  ...call("DEVICES", subjects.delivery("*")),
  asked: subjects.alerts("*"),
};

/**
 * Asks how the stream of alerts is. Under a name of its own, because JetStream answers under its own
 * in the account of who asks, too.
 */
export const askAlertStream: Call = {
  ...call("ALERTS", subjects.alertStreamInfo),
  asked: "$JS.API.STREAM.INFO.MQTT_ALERTS",
};

/** Asks how a stream is. */
export const inspect = (stream: StreamName, account: Account = accountOfStream(stream)): Call =>
  call(account, `$JS.API.STREAM.INFO.${stream}`);

/** Reads stored messages, one or many at a time, without a consumer. */
export const read = (stream: StreamName, account: Account = accountOfStream(stream)): Call =>
  callMany(account, `$JS.API.DIRECT.GET.${stream}`);

/**
 * The same for an account with JetStream of its own. Under a name of its own, because JetStream
 * answers under its own in the account of who asks, too.
 */
export const readAbroad = (stream: StreamName): Call => ({
  ...callMany(accountOfStream(stream), storedSubject(stream)),
  asked: `$JS.API.DIRECT.GET.${stream}`,
});

/** Where `readAbroad` is asked. */
export const storedSubject = (stream: StreamName) => `stored.${stream}`;

/** Asks the leader for one message, which knows what there is where a copy may lag; abroad, too. */
export const findAbroad = (stream: StreamName): Call => ({
  ...call(accountOfStream(stream), foundSubject(stream)),
  asked: `$JS.API.STREAM.MSG.GET.${stream}`,
});

/** Where `findAbroad` is asked. */
export const foundSubject = (stream: StreamName) => `found.${stream}`;

/** Reads a stream again and again, and knows whether it still is the same one. */
export const follow = (stream: StreamName, account?: Account): readonly Call[] => [
  read(stream, account),
  inspect(stream, account),
];

/** Reads a stream and knows its end, which the leader tells. */
export const readToEnd = (stream: StreamName): readonly Call[] => [
  read(stream),
  call(accountOfStream(stream), `$JS.API.STREAM.MSG.GET.${stream}`),
];

/** Adds audit records of one kind. */
export const audit = (kind: AuditKind): readonly Call[] =>
  store("AUDIT", `audit.${kind}.*`, subjects.auditChain(kind, "*"), subjects.auditHeads(kind));

/** Takes messages of a consumer that provision made, and says that they are seen to. */
export const take = (account: Account, stream: StreamName, consumer: string): readonly Call[] => [
  call(account, `$JS.API.CONSUMER.INFO.${stream}.${consumer}`),
  callMany(account, `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`),
  call(account, `$JS.ACK.${stream}.${consumer}.>`),
];
