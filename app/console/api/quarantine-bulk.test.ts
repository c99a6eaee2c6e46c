import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { startTestServer } from "../../../test/support/console-server.ts";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { subjects } from "../../contract/subjects.ts";
import { heldPage } from "../../quarantine/quarantine.ts";
import { jetstream, type NatsConnection } from "../../shared/nats.ts";
import { decideUntil } from "./quarantine-bulk.ts";

const held = 1_200;
let nats: Awaited<ReturnType<typeof startPlainNats>>;
beforeAll(async () => {
  nats = await startPlainNats({
    QUARANTINE: [subjects.quarantine("*", "*")],
    QUARANTINE_DECISIONS: [subjects.quarantineDecision("*", "*")],
  });
  const js = jetstream(nats.connection);
  for (let i = 0; i < held; i++) await js.publish(subjects.quarantine("upstream", "pump-7"), "x");
});
afterAll(() => nats?.stop());

const asked = {
  ...({ asker: "console", action: "drop", operation: "o" } as const),
  ...{ actor: "api:kim", reason: "a test" },
};
const filter = { rule: "nobody-has-it" };

it("a filter that nothing matches stops when its time is over, and goes on where it was", async () => {
  const { connection } = nats;
  const looked: number[] = [];
  let next: number | undefined = 0;
  while (next !== undefined) {
    const request = { filter, after: next };
    ({ next } = await decideUntil(() => true, connection, asked, request));
    if (next !== undefined) looked.push(next);
  }

  expect(looked).toEqual([500, 1_000]);
});

it("is done in one go when there is time", async () => {
  const done = await decideUntil(() => false, nats.connection, asked, { filter, after: 0 });

  expect(done).toMatchObject({ upTo: held, outcomes: { decided: 0 } });
  expect(done.next).toBeUndefined();
});

it("ends when whoever asked has gone", async () => {
  const { connection } = nats;
  const gone = Promise.withResolvers<void>();
  const read = vi.fn<NatsConnection["requestMany"]>(async (...request) => {
    await gone.promise;
    return connection.requestMany(...request);
  });
  const waiting = new Proxy(connection, {
    get: (target, name) => {
      const value = name === "requestMany" ? read : Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const server = await startTestServer({ nats: waiting });
  onTestFinished(() => server.stop());
  await server.api.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.api.server.address() as AddressInfo;
  const browser = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(browser, "secureConnect");
  const body = JSON.stringify({ operationId: "o", reason: "a test", filter });
  const { authorization } = server.as("operator");
  browser.write(
    [
      ...["POST /api/v1/quarantine/drop HTTP/1.1", "host: x", `authorization: ${authorization}`],
      ...["content-type: application/json", `content-length: ${body.length}`, "", body],
    ].join("\r\n"),
  );
  await vi.waitFor(() => expect(read).toHaveBeenCalled(), { timeout: 60_000, interval: 20 });
  browser.destroy();
  const left = () =>
    new Promise<number>((done) => server.api.server.getConnections((_, n) => done(n)));
  await vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 60_000, interval: 20 });
  gone.resolve();
  // As many as it would read if it went on, on the same connection.
  for (let i = 0; i < 3; i++) await heldPage(connection, {}, { after: 0, limit: 1 });

  // A page, and what was decided about it.
  expect(read).toHaveBeenCalledTimes(2);
});
