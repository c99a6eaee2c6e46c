import { randomUUID } from "node:crypto";
import { connect } from "mqtt";
import type { Logger } from "../shared/log.ts";
import type { Receipt } from "./accept.ts";
import type { UpstreamSettings } from "./upstream-session.ts";

/** What Mosquitto tells of itself every ten seconds, where it has changed: payloads that it holds. */
const storedTopics = {
  bytes: "$SYS/broker/store/messages/bytes",
  messages: "$SYS/broker/store/messages/count",
} as const;

export interface UpstreamWatchArgs {
  /** Whoever may read what the broker tells of itself; the client id is not used. */
  readonly settings: UpstreamSettings;
  /** Called with what is published where no alerts belong, by a user who may read only that. */
  readonly onStray?: ((message: Receipt) => void) | undefined;
  readonly log: Logger;
}

export interface UpstreamWatch {
  /** Bytes of payload that the broker holds; NaN until it says so, and while it is not reached. */
  backlogBytes(): number;
  /** How many messages that is. */
  backlogMessages(): number;
  close(): Promise<void>;
}

/**
 * Watches the upstream broker on a connection of its own, without a session: so it is seen what
 * the broker holds also while the bridge itself is away from it because nothing can be stored, which is
 * when that grows.
 */
export function watchUpstream({ settings, onStray, log }: UpstreamWatchArgs): UpstreamWatch {
  const { receiveMaximum: _, credentials, ...connection } = settings;
  const said = { bytes: Number.NaN, messages: Number.NaN };
  const topics = [...Object.values(storedTopics), ...(onStray ? ["#"] : [])];
  const client = connect({
    ...{ ...connection, ...credentials(), minVersion: "TLSv1.3" as const },
    protocol: "mqtts",
    protocolVersion: 5,
    clientId: `watch-${randomUUID()}`,
    clean: true,
    properties: { sessionExpiryInterval: 0 },
    connectTimeout: 5_000,
    reconnectPeriod: 5_000,
    reconnectOnConnackError: true,
    resubscribe: false,
  });
  client.on("connect", () => {
    client.subscribe(topics, { qos: 0 }, (error) => {
      if (error) log.warn({ err: error }, "the upstream broker lets nobody watch it");
    });
  });
  client.on("message", (topic, payload) => {
    if (topic === storedTopics.bytes) said.bytes = Number(payload.toString());
    else if (topic === storedTopics.messages) said.messages = Number(payload.toString());
    else onStray?.({ topic, payload });
  });
  client.on("close", () => {
    said.bytes = Number.NaN;
    said.messages = Number.NaN;
    // Both may have been renewed.
    Object.assign(client.options, credentials());
  });
  // What is wrong with the broker, the bridge's own session says.
  client.on("error", (error) => log.debug({ err: error }, "no view of the upstream broker"));
  return {
    backlogBytes: () => said.bytes,
    backlogMessages: () => said.messages,
    close: async () => {
      await client.endAsync(true);
    },
  };
}
