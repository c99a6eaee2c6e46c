import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCertificates } from "../local/certificates.ts";
import type { LoadTarget } from "../local/load/load.ts";
import { simulatedClient } from "../local/load/messages.ts";
import { ManagedProcess } from "../local/managed-process.ts";
import { findPorts } from "../local/ports.ts";
import { brokerSpec } from "../local/store-processes.ts";

/**
 * One Mosquitto between publishers and devices and nothing else: no inspection, no stored copy, no
 * login. What is measured on it is the floor under everything that the product adds.
 */
export async function startMosquittoAlone(
  directory: string,
  devices: number,
): Promise<{ target: LoadTarget; broker: ManagedProcess }> {
  mkdirSync(directory, { recursive: true });
  const certificates = await ensureCertificates(join(directory, "certificates"));
  const [port = 0] = await findPorts(1);
  const at = (name: string) => join(directory, name);
  const config = `allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
user root
listener ${port} 127.0.0.1
certfile ${certificates.upstream.certFile}
keyfile ${certificates.upstream.keyFile}
tls_version tlsv1.3
`;
  writeFileSync(at("mosquitto.conf"), config);
  const clients = Array.from({ length: devices }, (_, i) => simulatedClient(i + 1));
  const lines = clients.map((id) => `${JSON.stringify({ id, secret: "none" })}\n`);
  writeFileSync(at("devices.jsonl"), lines.join(""));
  writeFileSync(at("password"), "none");
  const broker = new ManagedProcess(
    brokerSpec({ name: "mosquitto-alone", configFile: at("mosquitto.conf"), port }),
    at("logs"),
  );
  await broker.start();
  const url = `mqtts://127.0.0.1:${port}`;
  const target: LoadTarget = {
    upstreamUrl: url,
    edgeUrls: [url],
    caFile: certificates.caFile,
    username: "bench",
    passwordFile: at("password"),
    credentialsFile: at("devices.jsonl"),
    clients,
  };
  return { target, broker };
}
