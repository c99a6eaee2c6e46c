import { expect, it, onTestFinished } from "vitest";
import { startTestServer } from "../../../test/support/console-server.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { StreamUnread } from "../../shared/stored-messages.ts";
import { StreamReads } from "./stream-reads.ts";

/** Readings that end when they are told to. */
function slowReads() {
  const reads = new StreamReads();
  const end = Promise.withResolvers<void>();
  let [running, most] = [0, 0];
  const begin = (holder: string) =>
    reads.read(holder, async () => {
      most = Math.max(most, ++running);
      await end.promise;
      running--;
      return "read";
    });
  const many = (holder: string, count: number) =>
    Array.from({ length: count }, () => begin(holder));
  return { begin, many, end: end.resolve, most: () => most };
}
const refused = { code: "too-many-requests", headers: { "retry-after": "1" } };

it("few read at a time, the others wait, and one token cannot take every place", async () => {
  const { begin, many, end, most } = slowReads();
  const waiting = many("kim", 8);
  await expect(begin("kim")).rejects.toMatchObject(refused);
  waiting.push(begin("ann"));
  end();

  expect(await Promise.all(waiting)).toEqual(Array(9).fill("read"));
  expect(most()).toBe(3);
  expect(await begin("kim")).toBe("read");
});

it("there is an end to how many wait", async () => {
  const { begin, many, end } = slowReads();
  const waiting = ["a", "b", "c", "d"].flatMap((holder) => many(holder, 8));
  await expect(begin("e")).rejects.toMatchObject(refused);
  end();
  await Promise.all(waiting);

  expect(await begin("e")).toBe("read");
});

it("lists of what is held and of the audit share the places", async () => {
  const end = Promise.withResolvers<never>();
  const nats = { requestMany: () => end.promise } as unknown as NatsConnection;
  const server = await startTestServer({ nats });
  onTestFinished(() => server.stop());
  const headers = server.as("viewer");
  const list = (url: string) => server.api.inject({ url: `/api/v1/${url}`, headers });
  const waiting = Array.from({ length: 12 }, (_, i) =>
    list(i % 2 === 0 ? "quarantine?rule=none" : "audit"),
  );
  const first = await Promise.race(waiting);
  end.reject(new StreamUnread("it ends"));
  const statuses = (await Promise.all(waiting)).map(({ statusCode }) => statusCode);

  expect([first.statusCode, first.headers["retry-after"]]).toEqual([429, "1"]);
  expect(statuses.toSorted()).toEqual([...Array(4).fill(429), ...Array(8).fill(503)]);
});
