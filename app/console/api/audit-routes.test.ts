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

it("begins with the newest, and goes on where a page ended, also when records are large", async () => {
  const js = jetstream(nats.connection);
  await js.publish("audit.auth.other", "the beginning");
  const large = "x".repeat(900 * 1024);
  for (let i = 0; i < 7; i++) await js.publish("audit.auth.pump-7", large);
  await js.publish("audit.chain.auth.writer", "none that is listed");
  const sequencesOf = ({ records }: { records: { sequence: number }[] }) =>
    records.map(({ sequence }) => sequence);

  const first = await list("limit=5");
  expect([sequencesOf(first), first.next]).toEqual([[8, 7, 6, 5, 4], 4]);
  const last = await list(`limit=5&after=${first.next}`);
  expect([sequencesOf(last), last.next]).toEqual([[3, 2, 1], undefined]);
  const narrowed = await list("client=pump-7&limit=3");
  expect([sequencesOf(narrowed), narrowed.next]).toEqual([[8, 7, 6], 6]);
  expect(Date.parse(narrowed.back)).toBeLessThanOrEqual(Date.now());
});

it("a page that ends exactly with the oldest record is the last", async () => {
  const { records, next } = await list("client=other&limit=1");

  expect(records).toHaveLength(1);
  expect(next).toBeUndefined();
});
