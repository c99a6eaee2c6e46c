import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultScale } from "../../app/contract/stream-definition.ts";
import { streamDefinitions } from "../../app/contract/streams.ts";
import { createLog } from "../../app/shared/log.ts";
import {
  connectNats,
  jetstream,
  jetstreamManager,
  messageHeaders,
  type NatsConnection,
} from "../../app/shared/nats.ts";
import { storedNow } from "../../app/shared/stored-messages.ts";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";

/** A message of AUDIT as an attacker handles it. */
export interface Loot {
  readonly subject: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** All that a stream holds, with its headers. */
export async function lootOf(connection: NatsConnection): Promise<Loot[]> {
  const loot: Loot[] = [];
  for await (const message of storedNow(connection, "AUDIT", { from: { sequence: 1 } })) {
    const { subject, data } = message;
    const headers = Object.fromEntries(
      message.headers.keys().map((key) => [key, message.headers.get(key)]),
    );
    loot.push({ subject, body: new TextDecoder().decode(data), headers });
  }
  return loot;
}

/**
 * A server that believes the operator's password and lets him do everything: AUDIT can be deleted
 * there and made anew from a doctored copy, as by whoever has the servers in his hands.
 */
export async function startDoctoredAudit(region: Region, password: string) {
  const directory = join(region.directory, "doctored");
  mkdirSync(directory, { recursive: true });
  const [port = 0, monitor = 0] = await findPorts(2);
  const { certFile, keyFile } = region.certificates.nats;
  const configFile = join(directory, "nats-server.conf");
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `http: "127.0.0.1:${monitor}"`,
    `jetstream { store_dir: "${directory}" }`,
    `tls { cert_file: "${certFile}", key_file: "${keyFile}", handshake_first: true }`,
    `authorization { user: operator, password: "${password}" }`,
  ];
  writeFileSync(configFile, lines.join("\n"), { mode: 0o600 });
  const server = new ManagedProcess(
    {
      name: "doctored",
      command: "nats-server",
      args: ["--config", configFile],
      environment: {},
      ready: async () => {
        const response = await fetch(`http://127.0.0.1:${monitor}/healthz`);
        if (!response.ok) throw new Error(await response.text());
      },
    },
    join(region.directory, "logs"),
  );
  await server.start();
  const url = `tls://127.0.0.1:${port}`;
  const connection = await connectNats(
    {
      servers: [url],
      user: "operator",
      passwordFile: region.secrets.passwordFile("operator"),
      caFile: region.certificates.caFile,
    },
    "attacker",
    createLog("test", "error"),
  );
  return {
    url,
    connection,
    /** Everything that it keeps, below one folder. */
    storeDirectory: join(directory, "jetstream"),
    server,
    /** Puts these messages in the place of all that AUDIT held. */
    store: (loot: readonly Loot[]) => rewrite(connection, loot),
    stop: async () => {
      await connection.close();
      await server.stop();
    },
  };
}

async function rewrite(connection: NatsConnection, loot: readonly Loot[]): Promise<void> {
  const { streams } = await jetstreamManager(connection);
  const definition = streamDefinitions({ ...defaultScale, replicas: 1 }).find(
    ({ name }) => name === "AUDIT",
  );
  if (!definition) throw new Error("the contract has no AUDIT");
  await streams.delete("AUDIT").catch(() => {});
  await streams.add(definition);
  const js = jetstream(connection);
  for (const { subject, body, headers } of loot) {
    const own = messageHeaders();
    // Without the id: what is there twice is to be stored twice.
    for (const [key, value] of Object.entries(headers)) {
      if (key !== "Nats-Msg-Id") own.set(key, value);
    }
    await js.publish(subject, body, { headers: own });
  }
}
