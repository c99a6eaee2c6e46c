/** Whatever somebody with a token sends: it is answered, never as a failure of ours. */
import {
  anything,
  assert,
  asyncProperty,
  constantFrom,
  dictionary,
  oneof,
  option,
  record,
  string,
} from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../test/support/console-server.ts";
import { hostileTexts, isHarmless } from "../shared/hostile-texts.fixture.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const text = oneof(string(), string({ unit: "binary" }), string({ maxLength: 3_000 }));
const segment = oneof(
  text.filter((value) => value.isWellFormed()).map((value) => encodeURIComponent(value)),
  constantFrom("pump-7", "__proto__", "constructor", "..", "%", "%00", "%2e%2e%2f", "*", "a.b", ""),
);
const verb = constantFrom(
  "",
  "/rotate",
  "/suspend",
  "/resume",
  "/disconnect",
  "/revoke",
  "/labels",
  "/certificate",
);
const query = oneof(
  constantFrom("", "?limit=1e9", "?limit=-1", "?after=%00", "?force=maybe", "?overlapSeconds=1.5"),
  dictionary(text, text).map((pairs) => `?${new URLSearchParams(pairs)}`),
);
const body = oneof(
  anything().map((value) => JSON.stringify(value) ?? ""),
  text,
  record({ clientId: text, labels: anything(), region: anything() }).map((v) => JSON.stringify(v)),
  constantFrom('{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}', "[".repeat(9_000)),
);
const request = record({
  method: constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"),
  path: oneof(
    record({ segment, verb }).map((part) => `/api/v1/devices/${part.segment}${part.verb}`),
    constantFrom(
      "/api/v1/devices",
      "/api/v1/devices/import",
      "/api/v1/openapi.json",
      "/",
      "//",
      "/api/v1/devices/",
    ),
  ),
  query,
  body: option(body, { nil: undefined }),
  type: constantFrom(
    "application/json",
    "text/csv",
    "application/x-ndjson",
    "text/plain",
    "application/json; charset=utf-7",
    "x",
  ),
  ifMatch: option(constantFrom("*", '"1-x"', "W/", '"'), { nil: undefined }),
});

it("is answered with less than 500, and a failure as a problem", async () => {
  const property = asyncProperty(request, async ({ method, path, query, body, type, ifMatch }) => {
    const answer = await server.api.inject({
      method: method as "GET",
      url: `${path}${query}`,
      headers: {
        ...server.as("admin"),
        ...(body !== undefined && { "content-type": type }),
        ...(ifMatch !== undefined && { "if-match": ifMatch }),
      },
      ...(body !== undefined && { payload: body }),
    });

    expect(answer.statusCode).toBeLessThan(500);
    if (answer.statusCode < 400 || method === "HEAD") return;
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const { status, code, detail } = answer.json();
    expect([status, typeof code, typeof detail]).toEqual([answer.statusCode, "string", "string"]);
  });

  await assert(property, { numRuns: 2_000 });
});

it("quotes nothing that would move a cursor, hide or reorder text", async () => {
  const send = (method: "GET" | "POST" | "PUT", url: string, payload?: unknown) =>
    server.api.inject({
      ...{ method, url, headers: server.as("admin") },
      ...(payload !== undefined && { payload: payload as object }),
    });
  for (const text of hostileTexts.map((each) => each.toWellFormed().slice(0, 500))) {
    const quoted = encodeURIComponent(text);
    const answers = await Promise.all([
      send("POST", "/api/v1/devices", { clientId: text, [text]: text }),
      send("PUT", "/api/v1/devices/pump-7/labels", { labels: [text] }),
      send("GET", `/api/v1/devices?label=${quoted}&after=${quoted}&${quoted}=1`),
      send("GET", `/api/v1/devices/${quoted}`),
      send("GET", `/${quoted}`),
      server.api.inject({
        method: "POST",
        url: "/api/v1/devices/import",
        headers: { ...server.as("admin"), "content-type": "text/csv" },
        payload: `client_id,${text.replaceAll(/[\n\r]/g, " ")}\na,b\n`,
      }),
    ]);
    for (const { body, statusCode } of answers) {
      expect([text, statusCode < 500, isHarmless(body)]).toEqual([text, true, true]);
      expect(body.length).toBeLessThan(3_000);
    }
  }
  expect(isHarmless((await server.metrics()).replaceAll("\n", " "))).toBe(true);
});
