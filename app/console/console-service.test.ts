import { once } from "node:events";
import { type AddressInfo, connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestServer, type TestServer } from "../../test/support/console-server.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsWatch } from "../shared/nats-watch.ts";
import { createConsole } from "./console-service.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.api.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => server?.stop());

/** Neither of them is ever timed out by a server that closes. */
async function neverEnding() {
  const { port } = server.api.server.address() as AddressInfo;
  const silent = connectPlain({ host: "127.0.0.1", port });
  const slow = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  const accepted = once(server.api.server, "secureConnection");
  await Promise.all([once(silent, "connect"), once(slow, "secureConnect"), accepted]);
  slow.write("POST /api/v1/devices HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n");
  return [silent, slow];
}

it("records of changes are stored also while somebody never ends a handshake or a request", async () => {
  const connections = await neverEnding();
  const ended: string[] = [];
  const kept = { body: Buffer.from('{"of":"a change"}') };
  const log = { error: vi.fn() };
  const running = createConsole({
    api: server.api,
    audit: {
      drain: async () => {
        ended.push("audit");
        return { records: [kept as never], untold: 0 };
      },
    },
    heads: { stop: () => {}, tellEnd: () => ended.push("heads") },
    watch: { close: async () => {} } as NatsWatch,
    log: log as unknown as Logger,
    release: async () => void ended.push("release"),
  });
  await running.drain();

  expect(ended).toEqual(["audit", "heads", "release"]);
  expect(log.error).toHaveBeenCalledWith({ audit: { of: "a change" } }, "not stored in AUDIT");
  for (const connection of connections) connection.destroy();
});
