import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlainNats } from "../../test/support/plain-nats.ts";
import { AuditStream } from "../archive/audit-stream.ts";
import { AlertIndexer } from "../delivery/alert-indexer.ts";
import { MissedAlerts } from "../delivery/missed-alerts.ts";
import { nothingTold } from "../incidents/incident.ts";
import { incidentFinding } from "../incidents/incident-finding.ts";
import { storedIncidents } from "../incidents/stored-incident.ts";
import { createLog } from "./log.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "./nats.ts";
import { hasMore, readBatch } from "./stored-messages.ts";

/** Each stream below holds more than one answer of 4 MiB. */
const kib = 1_024;
let server: Awaited<ReturnType<typeof startPlainNats>>;
let connection: NatsConnection;

beforeAll(async () => {
  server = await startPlainNats({});
  connection = server.connection;
});
afterAll(async () => {
  await server?.stop();
});

async function fill(name: string, subjects: readonly string[], body: (n: number) => string) {
  const { streams } = await jetstreamManager(connection);
  const filter = `${subjects[0]?.split(".")[0]}.>`;
  await streams.add({ name, subjects: [filter], allow_direct: true });
  const js = jetstream(connection);
  for (let at = 0; at < subjects.length; at += 100) {
    const some = subjects.slice(at, at + 100);
    await Promise.all(some.map((subject, n) => js.publish(subject, body(at + n))));
  }
}

const many = (count: number, subject: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => subject(n));

it("gives what one answer holds by its bytes, and says whether there is more", async () => {
  const subjects = many(12, (n) => `large.${n % 2}`);
  await fill("LARGE", subjects, () => "x".repeat(900 * kib));
  const first = await readBatch(connection, "LARGE", { from: { sequence: 1 } });
  expect([first.length, hasMore(first)]).toEqual([5, true]);
  const filtered = { from: { sequence: 8 }, filter: "large.0" };
  const rest = await readBatch(connection, "LARGE", filtered);
  expect([rest.length, hasMore(rest)]).toEqual([2, false]);
  expect(hasMore(await readBatch(connection, "LARGE", { from: { sequence: 13 } }))).toBe(false);
});

it("lists every incident", async () => {
  const words = { time: 1, actor: "sentinel", what: "w".repeat(180) };
  const incident = (n: number) => ({
    ...{ id: `mbx2k9q1-${String(n).padStart(8, "0")}`, region: "us-east" },
    ...({ kind: "client", status: "new", severity: "high", title: "An incident" } as const),
    ...{ rule: { id: "r1", title: "Rule" }, clientCount: 1, clients: ["pump-1"], findings: 1 },
    ...{ firstSeen: 1, lastSeen: 1, techniques: [], evidence: { first: [], last: [] } },
    ...{ timeline: Array.from({ length: 60 }, () => words), told: nothingTold },
  });
  await fill(
    "INCIDENTS",
    many(600, (n) => `incidents.state.${n}`),
    (n) => JSON.stringify(incidentFinding(incident(n), 1)),
  );
  const found = new Set<string>();
  for await (const { id } of storedIncidents(connection)) found.add(id);
  expect(found.size).toBe(600);
});

it("reads every alert that a device missed, and every record for the archive", async () => {
  const subjects = many(60, () => "clients.pump-1.alerts");
  await fill("MQTT_ALERTS", subjects, () => "x".repeat(200 * kib));
  const api = "$JS.API";
  const info = "$JS.API.STREAM.INFO.MQTT_ALERTS";
  const indexer = new AlertIndexer({ connection, api, info, log: createLog("test", "silent") });
  indexer.start();
  const missed = new MissedAlerts({
    ...{ connection, api, indexer, placeAt: (since) => ({ since }), onAnswer: () => {} },
  });
  await missed.whenAtHand({ sequence: 1 }, new AbortController().signal);
  let read = await missed.read("pump-1", { sequence: 1 });
  let alerts = read?.alerts.length ?? 0;
  while (read?.more) {
    read = await missed.read("pump-1", read.next);
    alerts += read?.alerts.length ?? 0;
  }
  indexer.stop();
  expect(alerts).toBe(60);

  await fill(
    "AUDIT",
    many(60, (n) => `audit.auth.${n}`),
    () => "x".repeat(100 * kib),
  );
  expect(await new AuditStream(connection).run(1, 1_000)).toHaveLength(60);
});
