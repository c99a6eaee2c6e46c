/** A page that looks on and does not read: it costs the console a bounded heap, and nothing else. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";

/** A process whose name makes each event so large that a connection is full after some of them. */
const large = { kind: "x".repeat(512 * 1024), url: "http://127.0.0.1:1" };
const patience = { timeout: 60_000, interval: 20 };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ sources: [large] });
  await server.api.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => server?.stop());

it("is cut off, and told nothing from then on", async () => {
  const { live, api } = server;
  const { port } = api.server.address() as AddressInfo;
  const page = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  page.on("error", () => {});
  await once(page, "secureConnect");
  const { authorization } = server.as("viewer");
  page.write(`GET /api/v1/live HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`);
  await vi.waitFor(() => expect(live.listeners).toBe(1), patience);

  for (let tick = 0; tick < 200 && live.listeners > 0; tick++) await live.ask();
  expect(live.listeners).toBe(0);

  // What it reads now it was sent before; an event more would be written into the broken answer.
  const closed = once(page, "close");
  page.resume();
  for (let tick = 0; tick < 5; tick++) await live.ask();
  await closed;
});
