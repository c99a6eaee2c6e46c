import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "nats";
import { findPorts } from "../../local/ports.ts";

/** One nats-server with JetStream, without accounts, passwords and TLS. */
export interface LoneNats {
  readonly monitor: string;
  /** Waits until the server is there. */
  readonly connect: () => Promise<NatsConnection>;
  readonly stop: () => Promise<void>;
}

export async function startLoneNats(): Promise<LoneNats> {
  const store = mkdtempSync(join(tmpdir(), "sentinel-lone-"));
  const [port, monitorPort] = await findPorts(2);
  const server = spawn(
    "nats-server",
    ["-a", "127.0.0.1", "-p", `${port}`, "-m", `${monitorPort}`, "-js", "-sd", store],
    { stdio: "ignore" },
  );
  return {
    monitor: `http://127.0.0.1:${monitorPort}`,
    connect: () =>
      connect({
        ...{ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true },
        ...{ maxReconnectAttempts: -1, reconnectTimeWait: 50 },
      }),
    stop: async () => {
      const gone = once(server, "exit");
      server.kill();
      await gone;
      rmSync(store, { recursive: true });
    },
  };
}
