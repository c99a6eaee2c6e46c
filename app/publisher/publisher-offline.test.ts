/** What a publisher does without a broker. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openPublisher, type Publisher, type PublisherOptions } from "./publisher.ts";
import type { PublisherError } from "./publisher-error.ts";

const within = { timeout: 60_000, interval: 20 };
let journal: string;
let problems: PublisherError[];
const opened: Publisher[] = [];

beforeEach(() => {
  journal = mkdtempSync(join(tmpdir(), "sentinel-publisher-"));
  problems = [];
});
afterEach(async () => {
  for (const publisher of opened.splice(0)) await publisher.close({ withinMs: 0 });
  rmSync(journal, { recursive: true, force: true });
});

async function open(options: Partial<PublisherOptions> = {}): Promise<Publisher> {
  const publisher = await openPublisher({
    // Nobody listens there.
    ...{ url: "mqtts://127.0.0.1:1", journal, onProblem: (problem) => problems.push(problem) },
    ...options,
  });
  opened.push(publisher);
  return publisher;
}

it("takes alerts, says that there is no connection, and has them when it is opened again", async () => {
  const publisher = await open();
  const alerts = await Promise.all(
    ["a", "b"].map((id) => publisher.publish("pump-7", "{}", { id })),
  );
  expect(alerts.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(publisher.unconfirmed).toBe(2);
  await vi.waitFor(
    () => expect(problems.map(({ code }) => code)).toContain("no-connection"),
    within,
  );
  expect(publisher.connected).toBe(false);
  expect(await publisher.close({ withinMs: 0 })).toEqual({ unconfirmed: 2 });
  await expect(alerts[0]?.confirmed).rejects.toMatchObject({ code: "closed" });
  await expect(publisher.publish("pump-7", "{}")).rejects.toMatchObject({ code: "closed" });
  expect((await open()).unconfirmed).toBe(2);
});

it("counts what was on its way into the journal when it was closed", async () => {
  const publisher = await open();
  const publishing = publisher.publish("pump-7", "{}");
  expect(publisher.unconfirmed).toBe(1);
  expect(await publisher.close({ withinMs: 0 })).toEqual({ unconfirmed: 1 });
  await expect((await publishing).confirmed).rejects.toMatchObject({ code: "closed" });
  expect((await open()).unconfirmed).toBe(1);
});

it("gives an alert without an id one of its own", async () => {
  const publisher = await open();
  const [first, second] = [
    await publisher.publish("pump-7", "{}"),
    await publisher.publish("pump-7", "{}"),
  ];
  expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(second?.id).not.toBe(first?.id);
  expect(publisher.unconfirmed).toBe(2);
});

it("takes the same alert under the same id once, also one of an earlier run", async () => {
  const publisher = await open();
  const twice = [1, 2].map(() => publisher.publish("pump-7", "{}", { id: "same" }));
  await Promise.all([...twice, publisher.publish("pump-7", '{"other":1}', { id: "same" })]);
  expect(publisher.unconfirmed).toBe(2);
  await publisher.close({ withinMs: 0 });
  const next = await open();
  await next.publish("pump-7", "{}", { id: "same" });
  expect(next.unconfirmed).toBe(2);
});

it.each<[string, string, string | undefined, RegExp]>([
  ["pump 7", "{}", undefined, /a client id must be 1 to 64 of .*, got "pump 7"/],
  ["pump-7", "{}", "two words", /an alert's id must be 1 to 128 printable .*, got "two words"/],
  ["pump-7", "x".repeat(65_537), undefined, /a payload must be 65536 bytes at most, got 65537/],
])("refuses what can never be stored (%#)", async (clientId, payload, id, message) => {
  const publisher = await open();
  const published = publisher.publish(clientId, payload, id === undefined ? {} : { id });
  await expect(published).rejects.toMatchObject({
    code: "invalid-alert",
    message: expect.stringMatching(message),
  });
  expect(publisher.unconfirmed).toBe(0);
});

it("says so when the journal is full, and keeps what it had taken", async () => {
  const publisher = await open({ journalLimitBytes: 256 * 1024 });
  const payload = "x".repeat(60_000);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, () => publisher.publish("pump-7", payload)),
  );
  const full = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
  expect(full).toEqual(["journal-full", "journal-full", "journal-full"]);
  expect(publisher.unconfirmed).toBe(3);
});

it("shares its journal with nobody", async () => {
  await open();
  await expect(open()).rejects.toMatchObject({ code: "journal-in-use" });
});
