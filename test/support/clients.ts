import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { DeviceRegistry } from "../../app/registry/device-registry.ts";
import { DeviceConflict } from "../../app/registry/registry-errors.ts";
import { hashSecret, issueSecret } from "../../app/registry/secret.ts";
import type { Issued } from "../../local/authority.ts";
import { emulatorClient } from "../../local/device-table.ts";
import { deviceTable } from "../../local/endpoints.ts";
import type { Region } from "../../local/region.ts";

/** Secrets of a region's devices, by client id. */
const issued = new WeakMap<Region, Map<string, string>>();

/**
 * Registers a device and returns its secret: the same one again when a first attempt of the same case
 * has, since auth may still hold that.
 */
export async function registerDevice(
  region: Region,
  clientId: string,
  secret = issued.get(region)?.get(clientId) ?? issueSecret(),
): Promise<string> {
  const client = emulatorClient(region.layout);
  const registry = new DeviceRegistry({ client, table: deviceTable });
  const values = { clientId, status: "active", secret: hashSecret(secret), labels: [] } as const;
  const by = { actor: "test", nowMs: Date.now() };
  try {
    await registry.create(values, by);
  } catch (error) {
    if (!(error instanceof DeviceConflict)) throw error;
    await registry.replaceMany([values], by, { width: 1, pace: async () => {} });
  } finally {
    client.destroy();
  }
  const secrets = issued.get(region) ?? new Map<string, string>();
  issued.set(region, secrets.set(clientId, secret));
  return secret;
}

/** Everything that a client received, oldest first. */
export interface Inbox {
  readonly client: MqttClient;
  readonly received: { readonly topic: string; readonly payload: string }[];
}

function collect(client: MqttClient): Inbox {
  const received: Inbox["received"] = [];
  client.on("message", (topic, payload) => received.push({ topic, payload: payload.toString() }));
  client.on("error", () => {});
  return { client, received };
}

type EdgeOptions = IClientOptions & {
  clientId: string;
  /** Which of the region's edges; the first one is 0. */
  edge?: number;
};

/** Of a device, and whether its edge still had its session. */
export type DeviceInbox = Inbox & { readonly sessionPresent: boolean };

/** Connects to an edge as a device with a secret would. Rejects when the edge refuses. */
export const connectDevice = (
  region: Region,
  options: EdgeOptions & { password: string },
): Promise<DeviceInbox> => connectEdge(region, { username: options.clientId, ...options });

const patienceMs = 60_000;
const retryMs = 200;

interface Patience {
  /** By `performance.now()`; a minute from now unless said. */
  readonly untilMs?: number;
  readonly onRefusal?: (error: unknown) => void;
}

/**
 * The same of a device that comes again until its edge takes it, as devices do: a busy region refuses
 * some, and for a second who has just been taken over.
 */
export async function connectInTime(
  region: Region,
  options: EdgeOptions & { password: string },
  { untilMs = performance.now() + patienceMs, onRefusal }: Patience = {},
): Promise<DeviceInbox> {
  for (; ; await delay(retryMs)) {
    try {
      return await connectDevice(region, options);
    } catch (error) {
      onRefusal?.(error);
      if (performance.now() > untilMs) throw error;
    }
  }
}

/** The same of a device that shows a certificate, or nothing at all. */
export const connectCertified = (
  region: Region,
  shown: Issued | undefined,
  options: EdgeOptions,
): Promise<DeviceInbox> =>
  connectEdge(region, { ...(shown && { cert: shown.certificate, key: shown.key }), ...options });

async function connectEdge(
  region: Region,
  { edge = 0, ...options }: EdgeOptions,
): Promise<DeviceInbox> {
  const url = region.endpoints.edgeUrls[edge];
  if (url === undefined) throw new Error(`the region has no edge ${edge}`);
  const client = mqtt.connect(url, {
    ca: readFileSync(region.certificates.caFile),
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...options,
  });
  // From the first packet on: a session that lasts may be sent something at once.
  const inbox = collect(client);
  try {
    const sessionPresent = await new Promise<boolean>((resolve, reject) => {
      client.once("connect", (connack) => resolve(connack.sessionPresent));
      client.once("error", reject);
      client.once("close", () => reject(new Error("the edge has closed the connection")));
    });
    return { ...inbox, sessionPresent };
  } catch (error) {
    client.end(true);
    throw error;
  }
}

/** Connects to the upstream broker as the publisher. */
export async function connectPublisher(
  region: Region,
  options: IClientOptions = {},
): Promise<Inbox> {
  const client = await mqtt.connectAsync(
    region.endpoints.upstreamUrl,
    {
      clientId: `test-publisher-${process.pid}`,
      username: "publisher",
      password: readFileSync(region.secrets.upstreamPasswordFile("publisher"), "utf8"),
      ca: readFileSync(region.certificates.caFile),
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...options,
    },
    false,
  );
  return collect(client);
}
