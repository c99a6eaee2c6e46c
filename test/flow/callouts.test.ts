/** What auth says to callouts that no server in good order sends: unreadable ones, and ones that nobody waits for. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { calloutToken, mqttClaims } from "../../app/auth/callout/callout.fixture.ts";
import { createDynamoClient, ensureDeviceTable } from "../../app/registry/device-table.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { caller, type Ground, prepareGround } from "../../bench/auth-ground.ts";
import { metricOf } from "../support/metric.ts";
import { readAudit } from "../support/stored.ts";

const soon = { timeout: 60_000, interval: 50 };
let directory: string;
let ground: Ground;
let auth: Awaited<ReturnType<Ground["startAuth"]>>;
let server: NatsConnection;
let reader: NatsConnection;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-callouts-"));
  ground = await prepareGround(directory);
  const { table, ...where } = ground.dynamodb;
  const client = createDynamoClient({ ...where, attemptMs: 5_000, attempts: 3 });
  await ensureDeviceTable(client, table);
  client.destroy();
  auth = await ground.startAuth();
  server = await ground.connectAs(caller);
  reader = await ground.connectAs("provision");
});
afterAll(async () => {
  await Promise.all([server?.close(), reader?.close()]);
  await auth?.stop();
  await ground?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const refused = (code: string) => metricOf(auth, "sentinel_auth_decisions_total", { code });

const audited = async () =>
  (await readAudit<{ status_detail?: string }>(reader, "audit.auth.>")).map(
    (event) => event.status_detail,
  );

const inOneSecond = () => Math.floor(Date.now() / 1000) + 1;
const inbox = "_INBOX_server.unanswered";

it.each([
  ["nothing", ""],
  ["what is not a token", "a.b"],
  ["a token whose claims are not JSON", "a.b.c"],
  ["claims without a connection", calloutToken({ exp: inOneSecond() })],
])("%s is refused as malformed, and recorded", async (_, data) => {
  const before = await refused("malformed-request");
  server.publish("$SYS.REQ.USER.AUTH", data, { reply: inbox });

  await expect.poll(() => refused("malformed-request"), soon).toBe(before + 1);
  await expect
    .poll(async () => (await audited()).filter((code) => code === "malformed-request").length, soon)
    .toBe(before + 1);
});

it("one that its server has given up is not answered, and recorded", async () => {
  const answers: string[] = [];
  server.subscribe(inbox, { callback: (_, message) => void answers.push(message.string()) });
  const exp = Math.floor(Date.now() / 1000) - 10;
  const stale = calloutToken({ ...mqttClaims("d1", "d1", "secret"), exp });
  server.publish("$SYS.REQ.USER.AUTH", stale, { reply: inbox });

  await expect.poll(() => refused("request-expired"), soon).toBe(1);
  await expect.poll(audited, soon).toContain("request-expired");
  expect(answers).toEqual([]);
});
