import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import { AuditUnavailable } from "../../audit/announced.ts";
import type { ChangeJournal } from "../../registry/registry-change.ts";
import { matchingSecret } from "../../registry/secret.ts";

/** Bulk changes that are let through before the audit is away. */
let room = Number.POSITIVE_INFINITY;
const journal: ChangeJournal = {
  change: (_, write) =>
    room-- > 0 ? write(() => {}) : Promise.reject(new AuditUnavailable("nobody answers")),
};
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ journal });
});
afterAll(() => server?.stop());
beforeEach(() => {
  room = Number.POSITIVE_INFINITY;
});

async function send(payload: string, type = "text/csv", query = "") {
  const answer = await server.api.inject({
    method: "POST",
    url: `/api/v1/devices/import${query}`,
    headers: { ...server.as("admin"), "content-type": type },
    payload,
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}
const knows = async (clientId: string, secret: string) => {
  const record = (await server.registry.get(clientId))?.record;
  return record !== undefined && !!matchingSecret(record, secret, Date.now());
};
const ids = (devices: readonly { clientId: string }[]) => devices.map(({ clientId }) => clientId);

describe("an import by the API", () => {
  it("registers the rows of a table, shows the secrets it made, and says which rows were wrong", async () => {
    const own = "own-secret-of-thirty-two-characters";
    const table = `client_id,secret,labels\ncsv-1,,a;b\ncsv-2,${own},\nno id,,\ncsv-1,,\n`;
    const { status, headers, body } = await send(table);

    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(body.rows).toBe(4);
    expect(ids(body.stored)).toEqual(["csv-1", "csv-2"]);
    expect(body.stored[1]).not.toHaveProperty("secret");
    expect(await knows("csv-1", body.stored[0].secret)).toBe(true);
    expect(await knows("csv-2", own)).toBe(true);
    expect(body.rejected.map(({ line }: { line: number }) => line)).toEqual([4, 5]);
    const record = (await server.registry.get("csv-1"))?.record;
    expect(record).toMatchObject({ labels: ["a", "b"], changedBy: "api:the-admin" });
  });

  it("takes a JSON object a line, and replaces only what it is told to", async () => {
    const rows = '{"client_id":"json-1"}\n{"client_id":"json-2","labels":["x"]}\n';
    const first = await send(rows, "application/x-ndjson");
    const again = await send(rows, "application/x-ndjson; charset=utf-8");
    const replaced = await send(rows, "application/x-ndjson", "?replace=true");

    expect(ids(first.body.stored)).toEqual(["json-1", "json-2"]);
    expect(again.body.stored).toEqual([]);
    expect(again.body.rejected[0].reason).toContain("exists already");
    expect(await knows("json-1", first.body.stored[0].secret)).toBe(false);
    expect(await knows("json-1", replaced.body.stored[0].secret)).toBe(true);
  });

  it("that is interrupted tells what was stored until then, secrets included", async () => {
    const rows = Array.from({ length: 1_500 }, (_, i) => `{"client_id":"half-${i}"}`).join("\n");
    room = 1;
    const { status, headers, body } = await send(rows, "application/x-ndjson");

    expect([status, body.code, headers["cache-control"]]).toEqual([
      ...[503, "audit-unavailable", "no-store"],
    ]);
    expect(body.imported.stored).toHaveLength(1_000);
    expect(await knows("half-0", body.imported.stored[0].secret)).toBe(true);
    expect(await server.registry.get("half-1000")).toBeUndefined();
  });

  it.each([
    [422, "invalid-body", "name,other\nx,y\n", "text/csv"],
    [422, "invalid-body", "", "text/csv"],
    [415, "media-type-unsupported", "[]", "application/json"],
    [413, "body-too-large", "x".repeat(1024 * 1024 + 1), "text/csv"],
  ])("answers %i %s to what it cannot read", async (status, code, payload, type) => {
    expect(await send(payload, type)).toMatchObject({ status, body: { code } });
  });

  it("takes JSON nowhere but where it is meant, and tables nowhere else", async () => {
    const answer = await server.api.inject({
      method: "POST",
      url: "/api/v1/devices",
      headers: { ...server.as("admin"), "content-type": "text/csv" },
      payload: "client_id\nx\n",
    });
    expect(answer.statusCode).toBe(415);
  });
});
