import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import type { DeviceStatus } from "../../app/contract/device.ts";
import { lanes } from "../../app/contract/lanes.ts";
import { DeviceRegistry } from "../../app/registry/device-registry.ts";
import { hashSecret, issueSecret } from "../../app/registry/secret.ts";
import { jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import { emulatorClient } from "../../local/device-table.ts";
import { deviceTable } from "../../local/endpoints.ts";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import { type Region, startRegion } from "../../local/region.ts";
import type { RegionOptions } from "../../local/region-options.ts";
import { compileCache } from "./compile-cache.ts";
import { connectAs, readStream } from "./stored.ts";

export interface Stored {
  readonly subject: string;
  readonly text: string;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedMs: number;
  readonly header: (name: string) => string;
}

/** A question that a server without a leader leaves unanswered is asked again. */
async function attempt<T>(look: () => Promise<T> | T): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await look() };
  } catch (error) {
    return { error };
  }
}

/** Waits for a condition; what it was last is in the error. */
export async function eventually<T>(
  look: () => Promise<T> | T,
  wanted: (value: T) => boolean,
  limitMs = 60_000,
): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const seen = await attempt(look);
    if ("value" in seen && wanted(seen.value)) return seen.value;
    if (performance.now() > endMs) {
      const last = "value" in seen ? JSON.stringify(seen.value) : String(seen.error);
      throw new Error(`not so after ${limitMs} ms, but ${last?.slice(0, 500)}`);
    }
    await delay(25);
  }
}

/** NATS core and edge, the registry and auth of a region; the tests start the inspectors. */
export class InspectionFixture {
  readonly region: Region;
  readonly #connections: NatsConnection[] = [];
  readonly #inspectors = new Map<string, { process: ManagedProcess; url: string }>();
  readonly #devices: MqttClient[] = [];
  readonly #secrets = new Map<string, string>();
  #operator: NatsConnection | undefined;

  static async start(
    options: Pick<Partial<RegionOptions>, "syncInterval" | "bridges"> = {},
  ): Promise<InspectionFixture> {
    const directory = mkdtempSync(join(tmpdir(), "sentinel-inspector-"));
    const counts = { core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 } as const;
    return new InspectionFixture(await startRegion({ directory, ...counts, ...options }));
  }

  private constructor(region: Region) {
    this.region = region;
  }

  async stop(): Promise<void> {
    for (const device of this.#devices) await device.endAsync(true);
    for (const { process } of this.#inspectors.values()) await process.stop();
    for (const connection of this.#connections) await connection.close();
    await this.region.stop();
    rmSync(this.region.directory, { recursive: true, force: true });
  }

  async nats(user: string): Promise<NatsConnection> {
    const connection = await connectAs(this.region, user);
    this.#connections.push(connection);
    return connection;
  }

  async register(clientIds: readonly string[], status: DeviceStatus = "active"): Promise<void> {
    const client = emulatorClient(this.region.layout);
    const registry = new DeviceRegistry({ client, table: deviceTable });
    const now = Date.now();
    const records = clientIds.map((clientId) => {
      const secret = issueSecret();
      this.#secrets.set(clientId, secret);
      const times = { createdAt: now, changedAt: now };
      return { clientId, status, secret: hashSecret(secret), labels: [], ...times, version: 1 };
    });
    const left = await registry.overwriteMany(records);
    client.destroy();
    if (left.length > 0) throw new Error(`${left.length} devices were not registered`);
  }

  /** A registered device, connected as devices are: MQTT over TLS, through the edge. */
  async device(clientId: string): Promise<MqttClient> {
    const [url = ""] = this.region.endpoints.edgeUrls;
    const device = await connectAsync(url, {
      clientId,
      username: clientId,
      password: this.#secrets.get(clientId) ?? "",
      ca: readFileSync(this.region.certificates.caFile),
      protocolVersion: 4,
    });
    this.#devices.push(device);
    return device;
  }

  /**
   * The inspector as it is deployed: a process of its own, configured by its environment. What is
   * called `report-inspector-…` inspects what devices send.
   */
  async inspector(replica: string, settings: Record<string, string> = {}): Promise<ManagedProcess> {
    const [port = 0] = await findPorts(1);
    const { certificates, endpoints, secrets, directory } = this.region;
    const url = `http://127.0.0.1:${port}`;
    const lane = replica.startsWith(lanes.reports.process) ? lanes.reports : lanes.alerts;
    const process_ = new ManagedProcess(
      {
        name: replica,
        command: process.execPath,
        args: [join(import.meta.dirname, "../../app/inspector/main.ts")],
        environment: {
          ...compileCache,
          REPLICA: replica,
          LOG_LEVEL: "debug",
          HTTP_HOST: "127.0.0.1",
          HTTP_PORT: String(port),
          NATS_SERVERS: endpoints.natsServers.join(","),
          LANE: lane.name,
          AUDIT_KEY_FILE: secrets.auditKeyFile(lane.process),
          AUDIT_KEYS_FILE: secrets.auditKeysFile,
          NATS_PASSWORD_FILE: secrets.passwordFile(lane.process),
          NATS_CA_FILE: certificates.caFile,
          RULES_DIRECTORY: join(import.meta.dirname, "../../rules"),
          ANOMALY_CLIENTS: "10000",
          ...settings,
        },
        ready: async () => {
          const response = await fetch(`${url}/readyz`);
          if (!response.ok) throw new Error(await response.text());
        },
      },
      join(directory, "logs"),
    );
    this.#inspectors.set(replica, { process: process_, url });
    await process_.start();
    return process_;
  }

  /** Sum of a metric's values whose labels include the wanted text, such as `code="expired"`. */
  async metric(replica: string, name: string, label = ""): Promise<number> {
    const { url } = this.#inspectors.get(replica) ?? {};
    // One that was just killed may break off its answer.
    const text = await fetch(`${url}/metrics`).then(
      (response) => response.text(),
      () => "",
    );
    return text
      .split("\n")
      .filter((line) => line.startsWith(`sentinel_inspector_${name}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  /** What `/readyz` says is missing; undefined when it is ready. */
  async notReady(replica: string): Promise<string | undefined> {
    const response = await fetch(`${this.#inspectors.get(replica)?.url}/readyz`);
    return response.ok ? undefined : response.text();
  }

  /** How many partitions each running replica holds, largest first. */
  async shares(): Promise<number[]> {
    const running = [...this.#inspectors].filter(([, { process }]) => process.running);
    const owned = running.map(([replica]) => this.metric(replica, "partitions_owned"));
    return (await Promise.all(owned)).sort((a, b) => b - a);
  }

  logOf(replica: string): string {
    return readFileSync(join(this.region.directory, "logs", `${replica}.log`), "utf8");
  }

  async endInspectors(): Promise<void> {
    for (const { process } of this.#inspectors.values()) await process.stop();
    this.#inspectors.clear();
  }

  /** Messages that the stream holds. */
  async messagesIn(stream: string): Promise<number> {
    this.#operator ??= await this.nats("operator");
    const jsm = await jetstreamManager(this.#operator, { checkAPI: false });
    return (await jsm.streams.info(stream)).state.messages;
  }

  /** Everything that the stream holds now and `wanted` picks by its subject, in order. */
  async stored(stream: string, wanted: (subject: string) => boolean): Promise<Stored[]> {
    this.#operator ??= await this.nats("operator");
    const all = await readStream(this.#operator, stream);
    return all
      .filter(({ subject }) => wanted(subject))
      .map(({ payload, storedAt, ...rest }) => ({ ...rest, text: payload, storedMs: storedAt }));
  }
}
