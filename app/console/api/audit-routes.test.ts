import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { jetstream } from "../../shared/nats.ts";

let nats: Awaited<ReturnType<typeof startPlainNats>>;
let server: TestServer;
beforeAll(async () => {
  nats = await startPlainNats({ AUDIT: ["audit.>"] });
  server = await startTestServer({ nats: nats.connection });
});
afterAll(async () => {
  await server?.stop();
  await nats?.stop();
});

const list = async (query: string) => {
  const url = `/api/v1/audit?${query}`;
  return (await server.api.inject({ url, headers: server.as("viewer") })).json();
};

it("a page of records so large that a batch ends before its limit says where to go on", async () => {
  const js = jetstream(nats.connection);
  const large = "x".repeat(900 * 1024);
  for (let i = 0; i < 7; i++) await js.publish("audit.auth.pump-7", large);
  await js.publish("audit.auth.other", "the end");

  const first = await list("client=pump-7");
  expect(first.records.length).toBeLessThan(7);
  expect(first.next).toBe(first.records.at(-1).sequence);
  const second = await list(`client=pump-7&after=${first.next}`);
  expect(second.records.at(-1).sequence).toBe(7);
  expect(second.next).toBeUndefined();
});

it("a page that ends exactly with the last record is the last", async () => {
  const { records, next } = await list("client=other&limit=1");

  expect(records).toHaveLength(1);
  expect(next).toBeUndefined();
});
