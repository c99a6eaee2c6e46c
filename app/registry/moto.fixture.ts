import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { bringTool } from "../../tools/bring-tool.ts";
import { createDynamoClient } from "./device-table.ts";
import type { TestTable } from "./emulator.fixture.ts";

const root = join(import.meta.dirname, "../..");

/** Requests one after the other: moto's tables do not know threads, and a condition must hold. */
const program = `
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print(server.port, flush=True)
server.serve_forever()
`;

/** Brings moto where there is none. @returns why it cannot be had; undefined when it is there. */
export const setUpMoto = () => bringTool("moto");

/** A DynamoDB emulator that shares no code with dynalite, with its tables in memory. */
export async function startMoto(): Promise<TestTable> {
  const moto = spawn(join(root, ".tools/moto/bin/python"), ["-c", program], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(moto, "exit");
  const said = await Promise.race([once(moto.stdout, "data"), ended.then(() => undefined)]);
  if (!said) throw new Error("moto has ended at once");
  const endpoint = `http://127.0.0.1:${String(said[0]).trim()}`;
  // It closes each connection, and looks at one request at a time.
  const client = createDynamoClient({
    region: "us-east-1",
    endpoint,
    attemptMs: 20_000,
    attempts: 3,
  });
  return {
    endpoint,
    client,
    table: "devices",
    stop: async () => {
      client.destroy();
      moto.kill();
      await ended;
    },
  };
}
