import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { alertSignatureProperty, carriedSignature } from "../contract/alert-signature.ts";
import { alertIdProperty } from "../contract/message-id.ts";
import { bridgeSessionExpirySeconds } from "../contract/streams.ts";
import type { Logger } from "../shared/log.ts";
import { AcknowledgementOrder, type AcknowledgementOutcome } from "./acknowledgement-order.ts";
import { disconnect, end } from "./upstream-ending.ts";
import {
  publishMark,
  publishUnlessBusy,
  type ShortLived,
  subscribe,
} from "./upstream-subscription.ts";

export interface UpstreamCredentials {
  /** Who signs the broker's certificate. */
  readonly ca: Buffer;
  readonly password: string;
}

export interface UpstreamSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Asked for each connection, because they may be renewed. */
  readonly credentials: () => UpstreamCredentials;
  /** Names the session that the broker keeps: must be stable, and nobody else may know it. */
  readonly clientId: string;
  /** How many unacknowledged messages the broker may send. Mosquitto before 2.0.13 overruns it. */
  readonly receiveMaximum: number;
}

export interface UpstreamMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** False for QoS 0: the broker neither waits for an acknowledgement nor limits their number. */
  readonly acknowledged: boolean;
  /** Undefined for QoS 0. */
  readonly packetId: number | undefined;
  /** The broker says that it has sent this packet before. */
  readonly repeated: boolean;
  /** What its publisher gave to say that two publishes are one alert. */
  readonly alertId: string | undefined;
  /** What its publisher signed it with, harmless and not believed. */
  readonly signature: string | undefined;
  /** Where its publisher wants to be told what becomes of it. */
  readonly responseTopic: string | undefined;
  /**
   * Tells the broker that the message is stored, as soon as all earlier messages are. False when
   * its connection is gone: the broker sends the message again, on the next one, as it does when
   * the connection is lost while earlier messages are awaited.
   */
  acknowledge(outcome?: AcknowledgementOutcome): boolean;
}

export interface UpstreamHandlers {
  /** Must return at once: as long as it runs, the session reads nothing, pings included. */
  readonly onMessage: (message: UpstreamMessage) => void;
  /** The broker had no session: whatever comes was published after this. */
  readonly onNewSession?: () => void;
  /** Subscribed: what comes before this mark was kept, what comes after it is new. */
  readonly onSubscribed?: (mark: string) => void;
  readonly onDisconnected?: () => void;
}

export interface UpstreamSession {
  /** Publishes a mark that comes by in every bridge's session; nothing while not connected. */
  mark(): void;
  /** Publishes with QoS 0. False when it is dropped: no connection, or a broker that does not read. */
  publish(message: ShortLived): boolean;
  /** Undefined when connected and subscribed, otherwise what is missing. */
  missing(): string | undefined;
  /** Disconnects, and stays so; the broker keeps the session for its expiry and queues in order. */
  pause(): void;
  /** Ends a pause. */
  resume(): void;
  /** Sends what was acknowledged and disconnects; the broker keeps the session for its expiry. */
  close(): Promise<void>;
}

/** Any error in place of an acknowledgement makes MQTT.js send none and go on to the next packet. */
const acknowledgedLater = new Error("acknowledged later");

const keepaliveSeconds = 30;
/** Replicas that lost the same broker must not come back in step. */
const reconnectPeriodMs = () => 300 + Math.random() * 700;

/** MQTT.js hands its options on to `tls.connect`, but its type leaves this one out. */
const tlsOptions = { minVersion: "TLSv1.3" } as const;

function clientOptions(settings: UpstreamSettings): IClientOptions {
  const { receiveMaximum, credentials, ...connection } = settings;
  return {
    ...connection,
    ...credentials(),
    ...tlsOptions,
    protocol: "mqtts",
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: bridgeSessionExpirySeconds, receiveMaximum },
    keepalive: keepaliveSeconds,
    connectTimeout: 5_000,
    reconnectPeriod: reconnectPeriodMs(),
    // A mark is for its connection only: published on the next one, it would come by twice.
    queueQoSZero: false,
    // Without it a refused CONNECT, such as one while a password is being rotated, would be the last.
    reconnectOnConnackError: true,
    // We subscribe ourselves on every connect, whether the broker says that it has our session or not.
    resubscribe: false,
  };
}

/**
 * Holds the persistent session with the upstream broker, and reconnects without end.
 *
 * Messages are handed over as they come, many at a time, and acknowledged later.
 */
export function openUpstreamSession(
  settings: UpstreamSettings,
  handlers: UpstreamHandlers,
  log: Logger,
): UpstreamSession {
  const client = connect(clientOptions(settings));
  let subscribed = false;
  let paused = false;
  /** The connection that a pause ends. */
  let left: MqttClient["stream"] | undefined;
  /** The last message of this session that was acknowledged. */
  let acknowledged: number | undefined;
  const beginOrder = () =>
    acknowledgementOrder(client, (messageId) => {
      acknowledged = messageId;
    });
  let order = beginOrder();

  client.handleMessage = (packet, proceed) => {
    // What a connection brings after a pause began comes again, in order, on the next one.
    if (client.stream !== left) handlers.onMessage(receivedMessage(client, packet, order));
    proceed(packet.qos === 0 ? undefined : acknowledgedLater);
  };
  client.on("connect", async ({ sessionPresent }) => {
    const { stream } = client;
    if (paused) {
      // An attempt that was under way when the pause began.
      left = stream;
      stream.destroy();
      return;
    }
    log.info({ sessionPresent }, "connected to the upstream broker");
    if (!sessionPresent) {
      acknowledged = undefined;
      handlers.onNewSession?.();
    }
    try {
      await subscribe(client, { session: settings.clientId, sessionPresent });
      if (client.stream !== stream || stream === left) return;
      subscribed = true;
      handlers.onSubscribed?.(publishMark(client));
    } catch (error) {
      if (client.stream !== stream || stream === left || client.disconnecting) return;
      log.error({ err: error }, "the upstream broker refused the subscription, connecting anew");
      stream.destroy();
    }
  });
  client.on("close", () => {
    if (subscribed && !client.disconnecting) log.warn("lost the connection to the upstream broker");
    subscribed = false;
    order.end();
    handlers.onDisconnected?.();
  });
  client.on("reconnect", () => {
    if (!paused) client.options.reconnectPeriod = reconnectPeriodMs();
    Object.assign(client.options, settings.credentials());
    order = beginOrder();
  });
  client.on("disconnect", ({ reasonCode }) =>
    log.warn({ reasonCode }, "the upstream broker ended the connection"),
  );
  client.on("error", (error) => log.warn({ err: error }, "upstream connection failed"));

  return {
    mark() {
      if (subscribed) publishMark(client);
    },
    publish: (message) => subscribed && publishUnlessBusy(client, message),
    missing: () => (subscribed ? undefined : "not connected to the upstream broker"),
    pause() {
      paused = true;
      left = client.stream;
      subscribed = false;
      // MQTT.js does not reconnect with a period of zero.
      client.options.reconnectPeriod = 0;
      order.end();
      disconnect(client);
    },
    resume() {
      paused = false;
      client.options.reconnectPeriod = reconnectPeriodMs();
      // Otherwise the connection is still being closed, after which MQTT.js reconnects by itself.
      if (client.stream.closed) client.reconnect();
    },
    close: () => end(client, subscribed ? { session: settings.clientId, acknowledged } : undefined),
  };
}

/**
 * For one connection. A packet id means something on its own connection only: sent on the next one
 * it would acknowledge another message, which the broker would then forget.
 */
function acknowledgementOrder(
  client: MqttClient,
  onSent: (messageId: number) => void,
): AcknowledgementOrder {
  return new AcknowledgementOrder((messageId) => {
    client["_sendPacket"]({ cmd: "puback", messageId, reasonCode: 0 });
    onSent(messageId);
  });
}

function receivedMessage(
  client: MqttClient,
  packet: IPublishPacket,
  order: AcknowledgementOrder,
): UpstreamMessage {
  const { messageId } = packet;
  const { stream } = client;
  const { userProperties: own, responseTopic } = packet.properties ?? {};
  const alertId = own?.[alertIdProperty];
  const acknowledge = messageId === undefined ? undefined : order.expect(messageId);
  return {
    topic: packet.topic,
    payload: typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload,
    acknowledged: packet.qos > 0,
    packetId: messageId,
    repeated: packet.dup,
    // Several are none: which one was meant?
    alertId: typeof alertId === "string" ? alertId : undefined,
    signature: carriedSignature(own?.[alertSignatureProperty]),
    responseTopic,
    acknowledge(outcome = {}) {
      if (client.stream !== stream || !client.connected || stream.destroyed) return false;
      return acknowledge?.(outcome) ?? true;
    },
  };
}
