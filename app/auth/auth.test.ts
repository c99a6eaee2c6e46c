import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startAuthProcess } from "../../test/support/auth-process.ts";
import { connectDevice, registerDevice } from "../../test/support/clients.ts";
import { deviceTable, emulatorClient, type Region } from "../../test/support/local-region.ts";
import { metricOf } from "../../test/support/metric.ts";
import { natsLogin } from "../../test/support/nats-login.ts";
import { connectAs, readStream } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { defaultScale } from "../contract/stream-definition.ts";
import { streamMaker } from "../contract/stream-makers.ts";
import { streamDefinitions } from "../contract/streams.ts";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { issueSecret } from "../registry/secret.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let operator: NatsConnection;
const soon = { timeout: 60_000, interval: 50 };

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, edges: 1, syncInterval: "2m", ...none });
  auth = await startAuthProcess(region, { CACHE_POSITIVE_SECONDS: "1", AUDIT_OLDEST_SECONDS: "1" });
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await operator?.close();
  await auth?.stop();
  await region?.stop();
});

interface AuditEvent {
  readonly status_id: number;
  readonly status_detail?: string;
  readonly count?: number;
  readonly user: { readonly name: string; readonly uid?: string };
  readonly src_endpoint: { readonly ip: string };
  readonly metadata: { readonly uid: string };
}

/** The audit's word on a client id. Subjects are as the registry knows the id, or `_`. */
async function auditOf(clientId: string, subject = clientId) {
  const stored = await readStream(operator, "AUDIT", `audit.auth.${subject}`);
  return stored
    .map((message) => ({ id: message.header("Nats-Msg-Id"), ...JSON.parse(message.payload) }))
    .filter((event: AuditEvent) => (event.user.uid ?? "") === clientId) as (AuditEvent & {
    id: string;
  })[];
}

/** Resolves with the reason code of the CONNACK that turned the device away. */
const refusalOf = (clientId: string, password: string, more = {}) =>
  connectDevice(region, { clientId, password, ...more }).then(
    async ({ client }) => {
      await client.endAsync(true);
      return "admitted";
    },
    (error: { code?: number }) => error.code,
  );
const notAuthorized = 5;

describe("a device", () => {
  it("with its secret is admitted, may use its own topics only, and is in the audit", async () => {
    const secret = await registerDevice(region, "admitted");
    const { client } = await connectDevice(region, { clientId: "admitted", password: secret });

    const [granted] = await client.subscribeAsync("clients/admitted/alerts");
    const other = client.subscribeAsync("clients/other/alerts");

    expect(granted?.qos).toBe(0);
    await expect(other).rejects.toMatchObject({ packet: { granted: [128] } });
    await client.endAsync();
    await vi.waitFor(async () => {
      const [event, ...more] = await auditOf("admitted");
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        class_uid: 3002,
        status_id: 1,
        user: { name: "admitted" },
        src_endpoint: { ip: "127.0.0.1" },
        dst_endpoint: { name: "edge-1" },
      });
      expect(event?.metadata.uid).toBe(event?.id);
    }, soon);
  });

  it.each([
    ["with a wrong secret", "wrong", { subject: "wrong", code: "bad-secret" }],
    ["that is revoked, with its own secret", "stolen", { subject: "stolen", code: "inactive" }],
    ["that nobody registered", "stranger", { subject: "_", code: "unknown-client" }],
    ["under another's user name", "mismatch", { subject: "_", code: "user-mismatch" }],
    ["with an id that is no client id", "tilde~id", { subject: "_", code: "invalid-client-id" }],
  ])("%s is refused, and the audit says why", async (_, clientId, { subject, code }) => {
    let password = issueSecret();
    if (code === "bad-secret") await registerDevice(region, clientId);
    if (code === "user-mismatch") password = await registerDevice(region, clientId);
    if (code === "inactive") {
      password = await registerDevice(region, clientId);
      const client = emulatorClient(region.layout);
      await new DeviceRegistry({ client, table: deviceTable }).revoke(clientId, {
        actor: "test",
        nowMs: Date.now(),
      });
      client.destroy();
    }
    const username = code === "user-mismatch" ? "admitted" : clientId;

    expect(await refusalOf(clientId, password, { username })).toBe(notAuthorized);

    await vi.waitFor(async () => {
      const events = await auditOf(clientId, subject);
      expect(events.map((event) => event.status_detail)).toEqual([code]);
      expect(JSON.stringify(events)).not.toContain(password);
    }, soon);
  });

  it("is refused soon after it was revoked", async () => {
    const secret = await registerDevice(region, "revoked-later");
    expect(await refusalOf("revoked-later", secret)).toBe("admitted");
    const client = emulatorClient(region.layout);
    await new DeviceRegistry({ client, table: deviceTable }).revoke("revoked-later", {
      actor: "test",
      nowMs: Date.now(),
    });
    client.destroy();

    await vi.waitFor(
      async () => expect(await refusalOf("revoked-later", secret)).toBe(notAuthorized),
      soon,
    );
  });

  it("cannot use its secret for another protocol", async () => {
    const pass = await registerDevice(region, "no-mqtt");
    const port = region.layout.edges[0]?.client ?? 0;

    const reply = await natsLogin(region, { port, user: "no-mqtt", pass });

    expect(reply).toContain("-ERR 'Authorization Violation'");
    await vi.waitFor(async () => {
      const events = (await auditOf("", "_")).filter((event) => event.user.name === "no-mqtt");
      expect(events.map((event) => event.status_detail)).toEqual(["not-mqtt"]);
    }, soon);
  });
});

describe("the registry's status", () => {
  it("is told to inspectors", async () => {
    await registerDevice(region, "status-known");
    const inspector = await connectAs(region, "inspector");

    const reply = await inspector.request(
      "registry.status",
      JSON.stringify(["status-known", "status-unknown"]),
    );

    expect(reply.json()).toEqual({ "status-known": "active", "status-unknown": "unknown" });
    const complaint = await inspector.request("registry.status", "{");
    expect(complaint.headers?.get("Nats-Service-Error-Code")).toBe("400");
    await inspector.close();
  });
});

describe("while AUDIT takes nothing", () => {
  it("nobody is admitted, and it recovers by itself with a count of the refused", async () => {
    const secret = await registerDevice(region, "unaudited");
    const provision = await connectAs(region, streamMaker("AUDIT"));
    const streams = (await jetstreamManager(provision)).streams;
    const definition = streamDefinitions(defaultScale).find((each) => each.name === "AUDIT");
    const { messages } = (await streams.info("AUDIT")).state;
    await streams.update("AUDIT", { ...definition, max_msgs: messages });

    // The first ones are still admitted: their records wait in the outbox, until one is too old.
    await vi.waitFor(
      async () => expect(await refusalOf("unaudited", secret)).toBe(notAuthorized),
      soon,
    );
    expect(await (await fetch(`${auth.url}/readyz`)).text()).toContain("audit record");
    expect(
      await metricOf(auth, "sentinel_auth_decisions_total", {
        outcome: "refuse",
        code: "audit-unavailable",
      }),
    ).toBeGreaterThan(0);

    await streams.update("AUDIT", { ...definition, max_msgs: -1 });
    await vi.waitFor(
      async () => expect(await refusalOf("unaudited", secret)).toBe("admitted"),
      soon,
    );
    await vi.waitFor(async () => {
      const summaries = (await auditOf("", "_")).filter((event) => event.count !== undefined);
      expect(summaries[0]).toMatchObject({ status_detail: "audit-unavailable" });
      expect(await metricOf(auth, "sentinel_auth_audit_outbox_records")).toBe(0);
    }, soon);
    await provision.close();
  });
});

describe("while DynamoDB is away", () => {
  it("known devices are admitted, unknown ones refused, and new ones admitted afterwards", async () => {
    const known = await registerDevice(region, "known");
    const unseen = await registerDevice(region, "unseen");
    expect(await refusalOf("known", known)).toBe("admitted");
    const database = region.process("dynamodb");
    database.kill("SIGKILL");
    await database.exited();

    // Its record is fresh for a second; only then is the registry missed.
    await vi.waitFor(async () => {
      expect(await refusalOf("known", known)).toBe("admitted");
      expect(
        await metricOf(auth, "sentinel_auth_cache_lookups_total", {
          cache: "login",
          result: "stale",
        }),
      ).toBeGreaterThan(0);
    }, soon);
    expect(await refusalOf("unseen", unseen)).toBe(notAuthorized);
    await vi.waitFor(async () => {
      const events = await auditOf("unseen", "_");
      expect(events.map((event) => event.status_detail)).toEqual(["registry-unavailable"]);
    }, soon);

    await database.start();
    await vi.waitFor(async () => expect(await refusalOf("unseen", unseen)).toBe("admitted"), soon);
  });
});

it("a replica that is told to stop stores what it decided and ends well", async () => {
  const secret = await registerDevice(region, "last");
  expect(await refusalOf("last", secret)).toBe("admitted");
  auth.kill("SIGTERM");

  expect(await auth.exited()).toBe(0);
  expect(await auditOf("last")).toHaveLength(1);
});
