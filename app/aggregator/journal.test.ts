import { afterAll, beforeAll, expect, it } from "vitest";
import { Connections } from "../../test/support/connections.ts";
import type { Region } from "../../test/support/local-region.ts";
import { readStream } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { Deposed, type IncidentCursor, Journal } from "./journal.ts";

let region: Region;
let connections: Connections;
let journal: Journal;

beforeAll(async () => {
  const none = { edges: 0, bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, ...none });
  connections = new Connections(region);
  journal = new Journal(await connections.as("aggregator"));
});
afterAll(async () => {
  await connections?.close();
  await region?.stop();
});

const cursor = (sequence: number): IncidentCursor => ({
  ...{ owner: "aggregator-1", created: "2026-01-01T00:00:00Z", sequence, at: 1 },
});
const entry = (id: string, body: string) => ({ subject: `incidents.state.${id}`, body });
const stored = async () => {
  const all = await readStream(await connections.as("operator"), "INCIDENTS", "incidents.state.*");
  return Object.fromEntries(all.map(({ subject, payload }) => [subject.split(".")[2], payload]));
};

it("stores what belongs together, with the cursor, and nothing of what comes from one who was replaced", async () => {
  expect(await journal.cursor()).toBeUndefined();
  const first = await journal.commit([], cursor(0), 0);
  const second = await journal.commit([entry("a", "1"), entry("b", "1")], cursor(7), first);
  expect(await journal.cursor()).toEqual({ cursor: cursor(7), revision: second });

  const late = journal.commit([entry("a", "2"), entry("c", "2")], cursor(9), first);

  await expect(late).rejects.toThrow(Deposed);
  await expect(journal.commit([], cursor(9), first)).rejects.toThrow(Deposed);
  expect(await stored()).toEqual({ a: "1", b: "1" });
  expect(await journal.cursor()).toEqual({ cursor: cursor(7), revision: second });
});

it("stores as much together as it says", async () => {
  const { revision = 0 } = (await journal.cursor()) ?? {};
  const entries = Array.from({ length: 999 }, (_, n) => entry(`n${n}`, "x".repeat(3_000)));
  const next = await journal.commit(entries, cursor(10), revision);
  expect(next).toBe(revision + 1_000);
  expect(Object.keys(await stored())).toHaveLength(2 + 999);
});
