import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../test/support/console-server.ts";
import { AuditUnavailable } from "../audit/announced.ts";
import type { ChangeJournal } from "../registry/registry-change.ts";

let blocked = false;
const journal: ChangeJournal = {
  change: (_, write) => {
    if (blocked) return Promise.reject(new AuditUnavailable("nobody answers"));
    return write(() => {});
  },
};
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ journal });
});
afterAll(() => server?.stop());

const send = async (method: "GET" | "POST" | "PUT" | "DELETE", path: string, payload?: object) => {
  const url = `/api/v1/devices${path}`;
  const headers = server.as("admin");
  const answer = await server.api.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, headers: answer.headers, body: answer.body && answer.json() };
};
const add = (clientId: string) => send("POST", "", { clientId });

describe("what is wrong with a body", () => {
  it("is told field by field: which, what it must be, what it is", async () => {
    const { status, body } = await send("POST", "", { clientId: "a b", labels: ["x", 7], more: 1 });

    expect([status, body.code]).toEqual([422, "invalid-body"]);
    expect(body.errors).toEqual([
      {
        ...{ field: "body.clientId", got: '"a b"' },
        message: "must be 1 to 64 of A-Z, a-z, 0-9, _ and -",
      },
      {
        ...{ field: "body.labels.1", got: "7" },
        message: "Invalid input: expected string, received number",
      },
      { field: "body.more", message: "is not known; leave it out" },
    ]);
  });
});

describe("a request that cannot be fulfilled", () => {
  it.each([
    [400, "invalid-request", "GET", "?limit=0"],
    [400, "invalid-request", "GET", "?after=made%20up"],
    [404, "no-such-page", "GET", "?after=made-up"],
    [404, "no-such-device", "GET", "/key:bA9Kq6mD"],
    [404, "no-such-device", "DELETE", "/key:bA9Kq6mD"],
    [404, "no-such-device", "POST", "/key:bA9Kq6mD/revoke"],
    [400, "invalid-request", "GET", "/a%20b"],
    [400, "malformed-request", "GET", "/%"],
    [404, "no-such-device", "GET", "/nobody"],
    [404, "no-such-device", "POST", "/nobody/revoke"],
    [404, "no-such-device", "DELETE", "/nobody?force=true"],
    [404, "no-such-route", "GET", "/nobody/secret"],
  ] as const)("is answered by %i %s: %s %s", async (status, code, method, path) => {
    expect(await send(method, path)).toMatchObject({ status, body: { status, code } });
  });

  it.each([
    ["PUT", "/api/v1/devices", "GET, POST"],
    ["GET", "/api/v1/devices/import", "POST"],
    ["DELETE", "/api/v1/devices/import", "POST"],
    ["POST", "/api/v1/devices/pump-7", "DELETE, GET"],
    ["GET", "/api/v1/devices/pump-7/revoke", "POST"],
    ["OPTIONS", "/api/v1/devices/pump-7/certificate", "DELETE, PUT"],
    ["GET", "/api/v1/quarantine/release", "POST"],
    ["DELETE", "/api/v1/openapi.json", "GET"],
  ] as const)("for a method that its path does not have says which it has: %s %s", async (method, url, allow) => {
    const answer = await server.api.inject({ method, url, headers: server.as("admin") });

    expect([answer.statusCode, answer.headers["allow"]]).toEqual([405, allow]);
    expect(answer.json()).toMatchObject({ status: 405, code: "method-not-allowed" });
  });

  it("because of what the device is, is a conflict that says what to do", async () => {
    await add("worn");
    expect((await add("worn")).body).toMatchObject({ status: 409, code: "device-exists" });
    expect((await send("DELETE", "/worn")).body).toMatchObject({ code: "device-not-revoked" });
    await send("POST", "/worn/revoke");

    expect((await send("POST", "/worn/revoke")).body).toMatchObject({ outcome: "unchanged" });
    for (const verb of ["resume", "rotate"]) {
      const { status, body } = await send("POST", `/worn/${verb}`);
      expect([status, body.code]).toEqual([409, "device-revoked"]);
    }
    expect((await send("DELETE", "/worn")).status).toBe(204);
    expect((await send("GET", "/worn")).status).toBe(404);
  });

  it("for an item that is no device record, is told so, and lists go on", async () => {
    const { client, table } = server.emulator;
    const Item = { clientId: { S: "broken" }, status: { S: "odd" } };
    await client.send(new PutItemCommand({ TableName: table, Item }));

    expect((await send("GET", "/broken")).body).toMatchObject({ code: "record-unreadable" });
    expect((await send("GET", "")).body.unreadable).toMatchObject([{ clientId: "broken" }]);
    expect((await send("DELETE", "/broken?force=true")).status).toBe(204);
  });
});

describe("while something is away that a request needs", () => {
  it("the table: it is answered by 503, and fulfilled again afterwards", async () => {
    await add("patient");
    await server.emulator.pause();
    const { status, headers, body } = await send("GET", "/patient");
    await server.emulator.resume();

    expect([status, body.code, headers["retry-after"]]).toEqual([503, "registry-unavailable", "2"]);
    expect((await send("GET", "/patient")).status).toBe(200);
  });

  it("the audit: nothing is changed, and devices can still be looked up", async () => {
    await add("unaudited");
    blocked = true;
    const { status, body } = await send("POST", "/unaudited/suspend");
    const created = await add("unannounced");
    blocked = false;

    expect([status, body.code]).toEqual([503, "audit-unavailable"]);
    expect(created.status).toBe(503);
    expect((await send("GET", "/unaudited")).body.status).toBe("active");
    expect((await send("GET", "/unannounced")).status).toBe(404);
  });
});

describe("the certificate of a device", () => {
  const fingerprint = `${"AB:".repeat(31)}CD`;
  const plain = `${"ab".repeat(31)}cd`;

  it("is pinned by its fingerprint, however that is written, and unpinned", async () => {
    await add("certified");
    const pinned = await send("PUT", "/certified/certificate", { fingerprint });

    expect(pinned.body).toMatchObject({ device: { certificateFingerprint: plain, version: 2 } });
    const unpinned = await send("DELETE", "/certified/certificate");
    expect(unpinned.body.device).not.toHaveProperty("certificateFingerprint");
    const wrong = await send("PUT", "/certified/certificate", { fingerprint: "ab:cd" });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, "body.fingerprint"]);
  });

  it("may be chosen when it is registered", async () => {
    const { body } = await send("POST", "", {
      clientId: "certified-first",
      certificateFingerprint: plain,
    });
    expect(body.device.certificateFingerprint).toBe(plain);
  });
});

describe("the labels of a device", () => {
  it("are replaced, and only of the device as it was seen when a condition says so", async () => {
    const { headers } = await add("sorted");
    const put = (labels: string[], ifMatch: string) =>
      server.api.inject({
        method: "PUT",
        url: "/api/v1/devices/sorted/labels",
        headers: { ...server.as("operator"), "if-match": ifMatch },
        payload: { labels },
      });
    const first = await put(["a"], headers.etag as string);

    expect(first.json()).toMatchObject({ outcome: "changed", device: { labels: ["a"] } });
    expect((await put(["b"], headers.etag as string)).statusCode).toBe(412);
    expect((await put(["b"], first.headers.etag as string)).statusCode).toBe(200);
    expect((await put(["b"], "no tag")).json()).toMatchObject({ code: "invalid-request" });
  });
});
