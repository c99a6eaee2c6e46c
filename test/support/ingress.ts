import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IClientOptions, MqttClient } from "mqtt";
import { pino } from "pino";
import { Registry } from "prom-client";
import { expect, vi } from "vitest";
import { type BridgeArgs, createBridge } from "../../app/bridge/bridge.ts";
import { openUpstreamSession } from "../../app/bridge/upstream-session.ts";
import type { Running } from "../../app/shared/lifecycle.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import { type Region, startRegion } from "../../local/region.ts";
import { BrokerAccess } from "./broker.ts";
import { compileCache } from "./compile-cache.ts";
import { metricOf } from "./metric.ts";
import { connectAs, readStream } from "./stored.ts";

/** Servers on a busy machine take their time. */
export const within = { timeout: 120_000, interval: 50 };
const log = pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" });

export interface Stored {
  readonly subject: string;
  readonly text: string;
  header(name: string): string;
}

type BridgeOptions = Partial<
  Pick<BridgeArgs, "holdLimitBytes" | "pauseLimitMs" | "drainLimitMs">
> & { readonly receiveMaximum?: number };

/** Mosquitto and NATS core of a region, without processes of ours: tests start the bridges. */
export class IngressFixture {
  readonly region: Region;
  readonly broker: BrokerAccess;
  readonly #connections: NatsConnection[] = [];
  readonly #children: ManagedProcess[] = [];
  readonly #ports = new Map<string, number>();
  readonly #bridges: Running[] = [];
  readonly #publishers: MqttClient[] = [];

  static async start(): Promise<IngressFixture> {
    const directory = mkdtempSync(join(tmpdir(), "sentinel-bridge-"));
    const counts = { core: 3, edges: 0, bridges: 0, inspectors: 0, auths: 0 } as const;
    return new IngressFixture(await startRegion({ directory, ...counts }));
  }

  private constructor(region: Region) {
    this.region = region;
    const { upstream: publishers, upstreamBridges: bridges } = region.layout;
    const { certificates, secrets } = region;
    this.broker = new BrokerAccess({ publishers, bridges }, certificates, secrets);
  }

  async stop(): Promise<void> {
    for (const child of this.#children) await child.stop();
    for (const connection of this.#connections) await connection.close();
    await this.region.stop();
    rmSync(this.region.directory, { recursive: true, force: true });
  }

  /** Ends what one test has started in its own process. */
  async release(): Promise<void> {
    // A test that fails while they stand still must not keep the others from running.
    for (const each of this.#cores()) if (each.running) each.resume();
    await Promise.all(this.#publishers.splice(0).map((each) => each.endAsync(true)));
    await Promise.all(this.#bridges.splice(0).map((each) => each.drain()));
  }

  async publisher(options: IClientOptions = {}): Promise<MqttClient> {
    const client = await this.broker.publisher(options);
    this.#publishers.push(client);
    return client;
  }

  async nats(user: string): Promise<NatsConnection> {
    const connection = await connectAs(this.region, user);
    this.#connections.push(connection);
    return connection;
  }

  /** A bridge inside the test's process, with its counters at hand. */
  async bridge(replica: string, options: BridgeOptions = {}) {
    const { receiveMaximum, holdLimitBytes = 128 * 1024 ** 2, ...rest } = options;
    const metrics = new Registry();
    const failures: string[] = [];
    const nats = await this.nats("bridge");
    const running = createBridge({
      replica,
      upstream: this.broker.settings(replica, receiveMaximum),
      sessionOf: (name) => name,
      nats,
      metrics,
      log: log.child({ replica }),
      fatal: (reason) => failures.push(reason),
      holdLimitBytes,
      ...rest,
    });
    this.#bridges.push(running);
    await vi.waitFor(() => expect(running.notReady()).toBeUndefined(), within);
    const value = async (name: string, labels: Record<string, string> = {}) => {
      const metric = await metrics.getSingleMetric(`sentinel_bridge_${name}`)?.get();
      const matches = metric?.values.filter((v) =>
        Object.entries(labels).every(([label, wanted]) => v.labels[label] === wanted),
      );
      return (matches ?? []).reduce((sum, v) => sum + v.value, 0);
    };
    return { ...running, nats, value, failures };
  }

  /** The bridge as it is deployed: a process of its own, configured by its environment. */
  async bridgeProcess(
    replica: string,
    settings: Record<string, string> = {},
  ): Promise<ManagedProcess> {
    const [port = 0] = await findPorts(1);
    this.#ports.set(replica, port);
    const { certificates, endpoints, secrets, directory } = this.region;
    const child = new ManagedProcess(
      {
        name: replica,
        command: process.execPath,
        args: [join(import.meta.dirname, "../../app/bridge/main.ts")],
        environment: {
          ...compileCache,
          REPLICA: replica,
          HTTP_HOST: "127.0.0.1",
          HTTP_PORT: String(port),
          NATS_SERVERS: endpoints.natsServers.join(","),
          NATS_PASSWORD_FILE: secrets.passwordFile("bridge"),
          NATS_CA_FILE: certificates.caFile,
          UPSTREAM_URL: endpoints.upstreamBridgeUrl,
          UPSTREAM_CA_FILE: certificates.caFile,
          UPSTREAM_USERNAME: "bridge",
          UPSTREAM_PASSWORD_FILE: secrets.upstreamPasswordFile("bridge"),
          UPSTREAM_WATCHER_PASSWORD_FILE: secrets.upstreamPasswordFile("watcher"),
          UPSTREAM_SESSION_KEY_FILE: secrets.upstreamSessionKeyFile,
          ...settings,
        },
        ready: async () => {
          const response = await fetch(`http://127.0.0.1:${port}/readyz`);
          if (!response.ok) throw new Error(await response.text());
        },
      },
      join(directory, "logs"),
    );
    this.#children.push(child);
    await child.start();
    return child;
  }

  /** A metric of a bridge that is a process of its own. */
  valueOf(replica: string, name: string): Promise<number> {
    const url = `http://127.0.0.1:${this.#ports.get(replica)}`;
    return metricOf({ url }, `sentinel_bridge_${name}`);
  }

  /** How many messages the broker still holds for a session that nobody uses. */
  async heldBy(replica: string): Promise<number> {
    const topics: string[] = [];
    const session = openUpstreamSession(
      this.broker.settings(replica),
      {
        onMessage(message) {
          if (message.topic.startsWith("clients/")) topics.push(message.topic);
          message.acknowledge();
        },
      },
      log,
    );
    await vi.waitFor(() => expect(session.missing()).toBeUndefined(), within);
    const marker = "clients/marker/alerts";
    await (await this.publisher()).publishAsync(marker, "{}", { qos: 1 });
    await vi.waitFor(() => expect(topics).toContain(marker), within);
    await session.close();
    return topics.length - 1;
  }

  logOf(replica: string): string {
    return readFileSync(join(this.region.directory, "logs", `${replica}.log`), "utf8");
  }

  /** Everything that the stream holds now and `wanted` picks by its subject, in order. */
  async stored(stream: string, wanted: (subject: string) => boolean): Promise<Stored[]> {
    const reader = await this.nats(stream === "INGRESS" ? "inspector" : "operator");
    const all = await readStream(reader, stream);
    const found = all
      .filter(({ subject }) => wanted(subject))
      .map(({ subject, payload, header }) => ({ subject, text: payload, header }));
    await reader.close();
    return found;
  }

  /** Texts in INGRESS, per client, for the clients whose id starts with the prefix. */
  async ingress(prefix: string): Promise<Map<string, string[]>> {
    const clientOf = (subject: string) => subject.split(".")[3] ?? "";
    const stored = await this.stored("INGRESS", (subject) => clientOf(subject).startsWith(prefix));
    const perClient = Map.groupBy(stored, ({ subject }) => clientOf(subject));
    return new Map([...perClient].map(([client, all]) => [client, all.map(({ text }) => text)]));
  }

  async freezeNats(): Promise<void> {
    await Promise.all(this.#cores().map((each) => each.suspend()));
  }

  async thawNats(): Promise<void> {
    for (const each of this.#cores()) if (each.running) each.resume();
    await Promise.all(this.#cores().map((each) => each.ready()));
  }

  async killNats(): Promise<void> {
    for (const each of this.#cores()) each.kill("SIGKILL");
    await Promise.all(this.#cores().map((each) => each.exited()));
  }

  async startNats(): Promise<void> {
    await Promise.all(this.#cores().map((each) => each.start()));
  }

  #cores(): ManagedProcess[] {
    return this.region.processes.filter(({ name }) => name.startsWith("core-"));
  }
}
