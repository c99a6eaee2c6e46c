import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "nats";
import { jetstreamManager } from "../../app/shared/nats.ts";
import { ManagedProcess } from "../../local/managed-process.ts";

/** One nats-server with JetStream and nothing of a region: for what reads streams and asks no more of them. */
export async function startPlainNats(streams: Readonly<Record<string, readonly string[]>>) {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-nats-"));
  const server: ManagedProcess = new ManagedProcess(
    {
      name: "nats",
      command: "nats-server",
      args: [
        ...["--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir", directory],
        ...["--jetstream", "--store_dir", join(directory, "store")],
      ],
      environment: {},
      ready: async () => void addressIn(directory, server.pid),
    },
    directory,
  );
  await server.start();
  const connection = await connect({ servers: addressIn(directory, server.pid) });
  const manager = await jetstreamManager(connection);
  for (const [name, subjects] of Object.entries(streams)) {
    await manager.streams.add({ name, subjects: [...subjects], allow_direct: true });
  }
  return {
    connection,
    stop: async () => {
      await connection.close();
      await server.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** @throws Error while the server has not written it. */
function addressIn(directory: string, pid: number | undefined): string {
  const file = join(directory, `nats-server_${pid}.ports`);
  const { nats } = JSON.parse(readFileSync(file, "utf8")) as { readonly nats: readonly string[] };
  return nats[0] ?? "";
}
