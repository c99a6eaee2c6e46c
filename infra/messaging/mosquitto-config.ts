import { pbkdf2Sync } from "node:crypto";
import { confirmationFilter, confirmationTopic } from "../../app/contract/confirmation.ts";
import { upstreamPacketLimitBytes } from "../../app/contract/limits.ts";
import { upstreamFilter, upstreamNotes, upstreamWatcher } from "../../app/contract/subjects.ts";

/**
 * Users of the upstream broker: who feeds alerts in, the bridge that takes them out, and as whom that
 * looks for what is published elsewhere.
 */
export const mosquittoUsers = {
  publisher: "publisher",
  bridge: "bridge",
  watcher: upstreamWatcher,
} as const;

export interface MosquittoArgs {
  readonly listen: {
    readonly host: string;
    /** For publishers. */
    readonly publishers: number;
    /** For the bridges alone, which need a way in that strangers cannot fill. */
    readonly bridges: number;
  };
  readonly tls: { readonly certFile: string; readonly keyFile: string };
  /** Where sessions and undelivered messages survive a restart. */
  readonly persistenceDirectory: string;
  /** Holds lines of `mosquittoPasswordEntry`. */
  readonly passwordFile: string;
  /** Holds `mosquittoAcl()`. */
  readonly aclFile: string;
  /** Whom a broker that was started as root becomes. Mosquitto's default is `mosquitto`. */
  readonly user?: string;
  readonly pidFile?: string;
}

type Setting = readonly [name: string, value: string | number | boolean];

/** Nothing is dropped for want of room: 0 means without limit, and the defaults lose messages. */
const holdEverything: readonly Setting[] = [
  ["max_inflight_messages", 0],
  ["max_queued_messages", 0],
  ["max_queued_bytes", 0],
  // An alert that was published with QoS 0 is kept and delivered like any other once it is here.
  ["upgrade_outgoing_qos", true],
];

/**
 * What strangers and publishers are allowed of a broker whose memory holds other people's alerts.
 *
 * A retained message is held for ever and nothing here reads one: who sends one is disconnected,
 * which it notices. Of memory itself there is no limit here: one would refuse the bridge as well,
 * and a database that is larger would keep the broker from starting again.
 */
const bounds: readonly Setting[] = [
  ["retain_available", false],
  // Seconds. The load balancer forgets connections that are silent for 350.
  ["max_keepalive", 300],
  ["max_packet_size", upstreamPacketLimitBytes],
];

/**
 * What the log says of connections is chosen by who connects: an id of 64 KiB if it likes. And who
 * reads there the id of a bridge can take over its session.
 */
const quietLog: readonly Setting[] = [
  ["log_dest", "stderr"],
  ["log_timestamp_format", "%Y-%m-%dT%H:%M:%S"],
  ["connection_messages", false],
  ["log_type", "error"],
  ["log_type", "warning"],
];

/**
 * Connections of publishers at once, strangers who have not logged in yet among them. One takes
 * some 113 KiB during its handshake.
 */
export const publisherConnections = 2_000;

/**
 * Configuration of the upstream broker, for Mosquitto 2.0.11 and newer.
 *
 * A publisher whose packet is larger than the contract's limit is disconnected, which it notices;
 * `message_size_limit` would acknowledge the message and drop it. What Mosquitto acknowledged is
 * on disk within one second, so a killed broker can lose that second.
 */
export function mosquittoConfig(args: MosquittoArgs): string {
  const settings: Setting[] = [
    ["per_listener_settings", false],
    ["allow_anonymous", false],
    ["password_file", args.passwordFile],
    ["acl_file", args.aclFile],
    ["persistence", true],
    // The name of the database is appended as it is.
    ["persistence_location", `${args.persistenceDirectory.replace(/\/$/, "")}/`],
    ["autosave_interval", 1],
    // Longer than the session of a bridge; ends those of test clients that nobody will resume.
    ["persistent_client_expiration", "2d"],
    ...holdEverything,
    ...bounds,
    ["set_tcp_nodelay", true],
    ...quietLog,
  ];
  if (args.user !== undefined) settings.push(["user", args.user]);
  if (args.pidFile !== undefined) settings.push(["pid_file", args.pidFile]);
  settings.push(...listener(args, "publishers"), ["max_connections", publisherConnections]);
  // What is sent with QoS 2 and never released would be held for ever, without a bound.
  settings.push(["max_qos", 1]);
  // The bridges use no aliases, and one that is not asked for cannot be filled.
  settings.push(...listener(args, "bridges"), ["max_topic_alias", 0]);
  return settings.map(settingLine).join("");
}

/** What follows a listener's line is the listener's. */
function listener({ listen, tls }: MosquittoArgs, who: "publishers" | "bridges"): Setting[] {
  return [
    ["listener", `${listen[who]} ${listen.host}`],
    ["certfile", tls.certFile],
    ["keyfile", tls.keyFile],
    ["tls_version", "tlsv1.3"],
  ];
}

/**
 * Who may do what on the upstream broker.
 *
 * Publishers may use every topic but the bridges' notes, the wrong ones too: those end in DEAD_LETTER,
 * where they are seen. Mosquitto could refuse them to MQTT 5 publishers only: one that speaks MQTT
 * 3.1.1 gets an ordinary PUBACK for what is dropped.
 *
 * Confirmations are read by the client whose id they name, and written by the bridge alone: `#` does not
 * cover names that begin with `$`.
 */
export function mosquittoAcl(): string {
  return `user ${mosquittoUsers.publisher}
topic deny ${upstreamNotes.filter}
topic write #

user ${mosquittoUsers.watcher}
topic deny ${upstreamFilter}
topic deny ${upstreamNotes.filter}
topic read #
topic read $SYS/broker/#

user ${mosquittoUsers.bridge}
topic read ${upstreamFilter}
topic readwrite ${upstreamNotes.filter}
topic write ${confirmationFilter}
topic read $SYS/broker/#

pattern read ${confirmationTopic("%c")}
`;
}

const hashIterations = 101;

/**
 * One line of the password file, in the form of `mosquitto_passwd`. Passwords must be random and
 * long: the hash, as Mosquitto defines it, is too cheap to protect one that can be guessed.
 *
 * @param salt 12 random bytes.
 */
export function mosquittoPasswordEntry(user: string, password: string, salt: Uint8Array): string {
  const hash = pbkdf2Sync(password, salt, hashIterations, 64, "sha512");
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  return `${user}:$7$${hashIterations}$${base64(salt)}$${base64(hash)}\n`;
}

/** @throws RangeError for a value that would go on in a line of its own. */
function settingLine([name, value]: Setting): string {
  if (/[\r\n]/.test(String(value))) {
    throw new RangeError(`mosquitto ${name} must be one line, got ${JSON.stringify(value)}`);
  }
  return `${name} ${value}\n`;
}
