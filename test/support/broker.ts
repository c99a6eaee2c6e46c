import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { UpstreamSettings } from "../../app/bridge/upstream-session.ts";
import { type Certificates, ensureCertificates } from "../../local/certificates.ts";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import { ensureSecrets, type Secrets } from "../../local/secrets.ts";
import { mosquittoSpec } from "../../local/store-processes.ts";

/** How tests reach an upstream broker, whoever started it. */
export class BrokerAccess {
  /** For publishers. */
  readonly port: number;
  readonly bridgePort: number;
  readonly certificates: Certificates;
  readonly #secrets: Secrets;

  constructor(
    ports: { publishers: number; bridges: number },
    certificates: Certificates,
    secrets: Secrets,
  ) {
    this.port = ports.publishers;
    this.bridgePort = ports.bridges;
    this.certificates = certificates;
    this.#secrets = secrets;
  }

  /** How a bridge connects. */
  settings(
    clientId: string,
    receiveMaximum = 65_535,
    username: "bridge" | "watcher" = "bridge",
  ): UpstreamSettings {
    return {
      host: "127.0.0.1",
      port: this.bridgePort,
      username,
      credentials: () => this.#credentials(username),
      clientId,
      receiveMaximum,
    };
  }

  #credentials(user: string) {
    return {
      ca: readFileSync(this.certificates.caFile),
      password: readFileSync(this.#secrets.upstreamPasswordFile(user), "utf8"),
    };
  }

  /** Keeps what it publishes with QoS 1 until the broker has acknowledged it, across reconnects. */
  publisher(options: IClientOptions = {}): Promise<MqttClient> {
    return connectAsync({
      host: "127.0.0.1",
      port: this.port,
      username: "publisher",
      ...this.#credentials("publisher"),
      clientId: `publisher-${crypto.randomUUID()}`,
      protocol: "mqtts",
      protocolVersion: 5,
      reconnectPeriod: 100,
      ...options,
    });
  }
}

/** A Mosquitto of its own, with the product's configuration or what `adjust` makes of it. */
export async function startBroker(adjust = (configuration: string) => configuration) {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-broker-"));
  const certificates = await ensureCertificates(join(directory, "certificates"));
  const secrets = ensureSecrets(join(directory, "secrets"));
  const [publishers = 0, bridges = 0] = await findPorts(2);
  const listen = { publishers, bridges };
  const spec = mosquittoSpec({ directory, listen, certificates, secrets });
  const file = join(directory, "mosquitto.conf");
  writeFileSync(file, adjust(readFileSync(file, "utf8")));
  const process = new ManagedProcess(spec, directory);
  await process.start();
  return {
    access: new BrokerAccess(listen, certificates, secrets),
    process,
    async stop() {
      await process.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
export type Broker = Awaited<ReturnType<typeof startBroker>>;
