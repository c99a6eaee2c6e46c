import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../test/support/console-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const get = (url: string, headers: Record<string, string> = {}) =>
  server.api.inject({ method: "GET", url, headers });

it.each([
  "/",
  "/devices",
  "/devices/pump-7",
  "/audit?kind=auth",
  "/quarantine?client=a",
  "/quarantine/7",
  "/system",
])("%s is the page's, for anybody: it tells nothing", async (url) => {
  const { statusCode, headers } = await get(url);
  expect([statusCode, headers["cache-control"]]).toEqual([200, "no-cache"]);
  expect(headers["content-type"]).toContain("text/html");
});

it("lets the page run and load what this server has, and nothing else", async () => {
  const { headers } = await get("/");
  const policy = String(headers["content-security-policy"]);

  expect(policy).not.toContain("unsafe-");
  expect(policy.match(/https?:|\*|data:|blob:/)).toBeNull();
  const kinds = policy.split("; ");
  for (const kind of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]) {
    expect(kinds).toContain(kind);
  }
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBe("no-referrer");
});

it("lets browsers keep the page's files for good, and says so of no others", async () => {
  const kept = await get("/assets/page-1.js");
  expect([kept.statusCode, kept.headers["cache-control"]]).toEqual([
    200,
    "public, max-age=31536000, immutable",
  ]);
  const gone = await get("/assets/page-2.js");
  expect([gone.statusCode, gone.headers["cache-control"]]).toEqual([404, "no-store"]);
  expect((await get("/assets/..%2f..%2fpackage.json")).statusCode).toBe(404);
});

it("lets nobody's browser keep what the API answers, run it or guess what it is", async () => {
  for (const url of ["/api/v1/devices", "/api/v1/openapi.json", "/nowhere"]) {
    const { headers } = await get(url, server.as("viewer"));
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
});
