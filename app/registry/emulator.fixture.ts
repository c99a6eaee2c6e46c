import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import type { DeviceRecord } from "./device-record.ts";
import { createDynamoClient, ensureDeviceTable } from "./device-table.ts";
import { hashSecret } from "./secret.ts";

/** Where a test has tables of its own. */
export interface TestTable {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  /** Its name is free for the test; further tables begin with it. */
  readonly table: string;
  stop(): Promise<void>;
}

export interface Emulator extends TestTable {
  /** Refuses connections until `resume`; what is stored stays. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });

/** A DynamoDB emulator of one test file, with an empty device table in memory. */
export async function startEmulator(table = "devices"): Promise<Emulator> {
  const server = dynalite({ createTableMs: 0 });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = createDynamoClient({
    region: "us-east-1",
    endpoint,
    // The emulator shares this process: on a busy machine both stand still for seconds. One that is
    // paused refuses at once.
    attemptMs: 30_000,
    attempts: 2,
  });
  await ensureDeviceTable(client, table);
  // dynalite's own close gives its store up; pausing must only close the port.
  const closePort = Object.getPrototypeOf(server).close as Server["close"];
  return {
    endpoint,
    client,
    table,
    pause: () =>
      new Promise((resolve) => {
        closePort.call(server, () => resolve());
        server.closeAllConnections();
      }),
    resume: () => listen(server, port),
    stop: () =>
      new Promise((resolve) => {
        client.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A device with the given secret. */
export function deviceWith(
  clientId: string,
  secret: string,
  more: Partial<DeviceRecord> = {},
): DeviceRecord {
  return {
    clientId,
    status: "active",
    secret: hashSecret(secret),
    labels: [],
    createdAt: 1_000,
    changedAt: 1_000,
    version: 1,
    ...more,
  };
}
