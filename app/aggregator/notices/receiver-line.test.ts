import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { subjects } from "../../contract/subjects.ts";
import { storedNotice } from "../../incidents/notice.ts";
import { createLog } from "../../shared/log.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "../../shared/nats.ts";
import { findingOf } from "../finding.fixture.ts";
import { newIncidentId, opened } from "../grouping/incident-steps.ts";
import { told } from "../grouping/telling.ts";
import { createNoticeMetrics } from "./notice-metrics.ts";
import { ReceiverLine } from "./receiver-line.ts";

let nats: Awaited<ReturnType<typeof startPlainNats>>;
let connection: NatsConnection;
const got: string[] = [];
/** Has a firewall in front of it. */
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const refused = body.includes("pump-1");
  if (!refused) got.push(JSON.parse(body).data.title);
  response.writeHead(refused ? 403 : 204).end();
});

beforeAll(async () => {
  nats = await startPlainNats({});
  connection = nats.connection;
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: "INCIDENTS", subjects: ["incidents.>"], allow_direct: true });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  receiver.close();
  await nats?.stop();
});

async function tell(clientId: string): Promise<void> {
  const opening = {
    id: newIncidentId(Date.now()),
    region: "us-east",
    nowMs: Date.now(),
    what: "opened",
  };
  const finding = findingOf(1, { clientId });
  const { notice } = told(opened(finding, { ...opening, kind: "client" }), "opened", Date.now());
  const subject = subjects.incidentNotice(notice.incident.id, notice.number);
  await jetstream(connection).publish(subject, storedNotice(notice));
}

it("goes on behind a notice that is always forbidden while others are taken, and counts it as refused", async () => {
  const metrics = createNoticeMetrics(new Registry(), ["desk"]);
  const outcomes: string[] = [];
  const stopping = new AbortController();
  await tell("pump-1");
  await tell("pump-2");
  const line = new ReceiverLine({
    ...{ connection, position: 0, log: createLog("test", "fatal"), signal: stopping.signal },
    metrics: { ...metrics, told: (_, outcome) => outcomes.push(outcome) },
    receiver: {
      name: "desk",
      now: () => ({
        ...{ kind: "webhook", name: "desk", secret: `whsec_${"A".repeat(43)}=` },
        url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
      }),
    },
  });
  await tell("pump-3");
  await expect.poll(() => got.length, { timeout: 120_000 }).toBe(2);
  await expect.poll(() => line.position, { timeout: 120_000 }).toBe(3);
  stopping.abort();
  await line.ended;
  expect(outcomes.toSorted()).toEqual(["refused", "taken", "taken"]);
});
