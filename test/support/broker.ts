import { mkdtempSync, readFileSync, rmSync } from "node:fs";
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
  readonly port: number;
  readonly certificates: Certificates;
  readonly #secrets: Secrets;

  constructor(port: number, certificates: Certificates, secrets: Secrets) {
    this.port = port;
    this.certificates = certificates;
    this.#secrets = secrets;
  }

  settings(clientId: string, receiveMaximum = 65_535): UpstreamSettings {
    return {
      host: "127.0.0.1",
      port: this.port,
      ca: readFileSync(this.certificates.caFile),
      username: "bridge",
      password: readFileSync(this.#secrets.upstreamPasswordFile("bridge"), "utf8"),
      clientId,
      receiveMaximum,
    };
  }

  /** Keeps what it publishes with QoS 1 until the broker has acknowledged it, across reconnects. */
  publisher(options: IClientOptions = {}): Promise<MqttClient> {
    return connectAsync({
      ...this.settings("unused"),
      username: "publisher",
      password: readFileSync(this.#secrets.upstreamPasswordFile("publisher"), "utf8"),
      clientId: `publisher-${crypto.randomUUID()}`,
      protocol: "mqtts",
      protocolVersion: 5,
      reconnectPeriod: 100,
      ...options,
    });
  }
}

/** A Mosquitto of its own, with the product's configuration. */
export async function startBroker() {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-broker-"));
  const certificates = await ensureCertificates(join(directory, "certificates"));
  const secrets = ensureSecrets(join(directory, "secrets"));
  const [port = 0] = await findPorts(1);
  const spec = mosquittoSpec({ directory, port, certificates, secrets });
  const process = new ManagedProcess(spec, directory);
  await process.start();
  return {
    access: new BrokerAccess(port, certificates, secrets),
    process,
    async stop() {
      await process.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
export type Broker = Awaited<ReturnType<typeof startBroker>>;
