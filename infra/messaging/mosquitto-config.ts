import { pbkdf2Sync } from "node:crypto";
import { upstreamPacketLimitBytes } from "../../app/contract/limits.ts";
import { upstreamFilter } from "../../app/contract/subjects.ts";

/** Users of the upstream broker: who feeds alerts in, and the bridge that takes them out. */
export const mosquittoUsers = { publisher: "publisher", bridge: "bridge" } as const;

export interface MosquittoArgs {
  readonly listen: { readonly host: string; readonly port: number };
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
    ["persistent_client_expiration", "1d"],
    ...holdEverything,
    ["max_packet_size", upstreamPacketLimitBytes],
    ["set_tcp_nodelay", true],
    ["log_dest", "stderr"],
    ["log_timestamp_format", "%Y-%m-%dT%H:%M:%S"],
  ];
  if (args.user !== undefined) settings.push(["user", args.user]);
  if (args.pidFile !== undefined) settings.push(["pid_file", args.pidFile]);
  settings.push(
    ["listener", `${args.listen.port} ${args.listen.host}`],
    ["certfile", args.tls.certFile],
    ["keyfile", args.tls.keyFile],
    ["tls_version", "tlsv1.3"],
  );
  return settings.map(settingLine).join("");
}

/**
 * Who may do what on the upstream broker.
 *
 * Publishers may use every topic that the bridge reads, the wrong ones below it too: those end in
 * DEAD_LETTER, where they are seen. Of a topic outside, Mosquitto drops the message; it tells an
 * MQTT 5 publisher so (PUBACK 135, not authorized) and cannot tell an MQTT 3.1.1 publisher, which
 * gets an ordinary PUBACK.
 */
export function mosquittoAcl(): string {
  return `user ${mosquittoUsers.publisher}
topic write ${upstreamFilter}

user ${mosquittoUsers.bridge}
topic read ${upstreamFilter}
topic read $SYS/broker/#
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
