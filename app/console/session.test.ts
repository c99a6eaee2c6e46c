/** Signing in at the page: what a session is, what it may do, and how it ends. */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  sessionLimits,
  startTestServer,
  type TestServer,
} from "../../test/support/console-server.ts";
import { apiTokenDigest } from "../contract/api-token.ts";

let now = Date.now();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock: () => now });
});
afterAll(() => server?.stop());

const origin = "https://console.example:8443";
const page = { host: "console.example:8443", origin, "sec-fetch-site": "same-origin" };
type Method = "GET" | "POST" | "DELETE";

async function send(method: Method, url: string, headers: object = {}, payload?: object) {
  const answer = await server.api.inject({
    ...{ method, url: `/api/v1${url}`, headers: { ...headers } },
    ...(payload && { payload }),
  });
  const { statusCode: status, headers: answered, body } = answer;
  return { status, headers: answered, body: body === "" ? undefined : answer.json() };
}

/** Signs in, and gives what a browser would send from then on. */
async function signIn(role: "viewer" | "operator" | "admin") {
  const { status, headers, body } = await send("POST", "/session", page, {
    token: server.tokens[role],
  });
  expect([status, body.role]).toEqual([201, role]);
  const cookie = String(headers["set-cookie"]).split(";")[0] ?? "";
  return { ...page, cookie, "x-sentinel-proof": body.proof as string };
}

describe("a token of the API", () => {
  it("is exchanged for a cookie that no script, no other site and no plain connection sees", async () => {
    const { headers, body } = await send("POST", "/session", page, { token: server.tokens.viewer });

    const cookie = String(headers["set-cookie"]);
    expect(cookie).toMatch(/^__Host-sentinel-session=[A-Za-z0-9_-]{43}; /);
    expect(cookie.split("; ").slice(1).sort()).toEqual([
      ...["HttpOnly", "Path=/", "SameSite=Strict", "Secure"],
    ]);
    expect(headers["cache-control"]).toBe("no-store");
    expect(JSON.stringify(body)).not.toContain(cookie.split(/[=;]/)[1]);
  });

  it("that nobody knows opens none", async () => {
    const { status, headers, body } = await send("POST", "/session", page, { token: "snt_wrong" });

    expect([status, body.code]).toEqual([401, "token-unknown"]);
    expect(headers["set-cookie"]).toBeUndefined();
  });
});

describe("a session", () => {
  it("may do what its token may, and is called by its name", async () => {
    const operator = await signIn("operator");
    const viewer = await signIn("viewer");
    const created = await send("POST", "/devices", operator, { clientId: "by-page" });

    expect([created.status, created.body.device.changedBy]).toEqual([201, "api:the-operator"]);
    expect((await send("GET", "/devices/by-page", viewer)).status).toBe(200);
    const refused = await send("POST", "/devices/by-page/suspend", viewer);
    expect([refused.status, refused.body.code]).toEqual([403, "role-too-low"]);
    expect((await send("POST", "/devices/by-page/revoke", operator)).status).toBe(403);
  });

  it.each([
    ["another site's page", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    [
      "a neighbour of this site",
      { origin: "https://a.console.example", "sec-fetch-site": "same-site" },
    ],
    [
      "a browser that tells no site, from elsewhere",
      { origin: "https://evil.example", "sec-fetch-site": undefined },
    ],
    ["a page without the proof", { "x-sentinel-proof": undefined }],
    ["a page with another's proof", { "x-sentinel-proof": "x".repeat(43) }],
  ])("changes nothing for %s", async (_who, different) => {
    const operator = Object.fromEntries(
      Object.entries({ ...(await signIn("operator")), ...different }).filter(([, v]) => v),
    );
    const { status, body } = await send("POST", "/devices", operator, { clientId: "forged" });

    expect([status, body.code]).toEqual([403, "not-from-the-page"]);
    expect((await send("GET", "/devices/forged", server.as("viewer"))).status).toBe(404);
  });

  it("shows nothing to another site's page", async () => {
    const viewer = { ...(await signIn("viewer")), "sec-fetch-site": "cross-site" };
    expect((await send("GET", "/devices", viewer)).body.code).toBe("not-from-the-page");
    const token = { token: server.tokens.viewer };
    expect((await send("POST", "/session", viewer, token)).body.code).toBe("not-from-the-page");
  });

  it("ends when its person signs out, and with `everywhere` so do the others of that token", async () => {
    const [first, second, third] = [
      await signIn("viewer"),
      await signIn("viewer"),
      await signIn("viewer"),
    ];
    const left = await send("DELETE", "/session", first);

    expect([left.status, String(left.headers["set-cookie"])]).toEqual([
      204,
      expect.stringContaining("Max-Age=0"),
    ]);
    expect((await send("GET", "/session", first)).body.code).toBe("session-ended");
    expect((await send("GET", "/session", second)).status).toBe(200);
    await send("DELETE", "/session?everywhere=true", second);
    expect((await send("GET", "/session", third)).status).toBe(401);
  });

  it("ends when nothing is asked by it for too long, and in any case after its time", async () => {
    const idle = await signIn("viewer");
    now += sessionLimits.idleMs - 1;
    expect((await send("GET", "/session", idle)).status).toBe(200);
    now += sessionLimits.idleMs;
    const { status, body, headers } = await send("GET", "/session", idle);
    expect([status, body.code]).toEqual([401, "session-ended"]);
    expect(String(headers["set-cookie"])).toContain("Max-Age=0");

    const used = await signIn("viewer");
    for (let spent = 0; spent < sessionLimits.lifeMs - 60_000; spent += 1_200_000) {
      expect((await send("GET", "/session", used)).status).toBe(200);
      now += 1_200_000;
    }
    expect((await send("GET", "/session", used)).status).toBe(401);
  });

  it("ends with its token", async () => {
    const admin = await signIn("admin");
    const remaining = { name: "other", role: "viewer", sha256: apiTokenDigest("x") };
    writeFileSync(server.tokensFile, JSON.stringify([remaining]));
    server.book.reload();
    expect((await send("GET", "/session", admin)).body.code).toBe("session-ended");

    const entries = Object.entries(server.tokens).map(([role, token]) => ({
      ...{ name: `the-${role}`, role, sha256: apiTokenDigest(token) },
    }));
    writeFileSync(server.tokensFile, JSON.stringify(entries));
    server.book.reload();
    expect((await send("GET", "/session", admin)).status).toBe(401);
  });

  it("is pushed out by more of the same token, never by another's", async () => {
    const viewer = await signIn("viewer");
    const first = await signIn("operator");
    for (let i = 0; i < 20; i++) await signIn("operator");

    expect((await send("GET", "/session", first)).status).toBe(401);
    expect((await send("GET", "/session", viewer)).status).toBe(200);
  });
});

describe("a sign-in link", () => {
  const link = async () => {
    const { status, body } = await send("POST", "/sign-in-links", server.as("operator"));
    expect([status, body.path]).toEqual([201, `/#code=${body.code}`]);
    return body.code as string;
  };

  it("signs in once, with the role of who had it made", async () => {
    const code = await link();
    const first = await send("POST", "/session", page, { code });
    const second = await send("POST", "/session", page, { code });

    expect([first.status, first.body.name]).toEqual([201, "the-operator"]);
    expect([second.status, second.body.code]).toEqual([401, "link-unknown"]);
  });

  it("does not wait longer than a quarter of an hour", async () => {
    const code = await link();
    now += 15 * 60_000;
    expect((await send("POST", "/session", page, { code })).body.code).toBe("link-unknown");
  });

  it("does not wait any more when its person signs out everywhere", async () => {
    const [code, operator, viewer] = [
      await link(),
      await signIn("operator"),
      await send("POST", "/sign-in-links", server.as("viewer")),
    ];
    await send("DELETE", "/session?everywhere=true", operator);

    expect((await send("POST", "/session", page, { code })).body.code).toBe("link-unknown");
    const another = await send("POST", "/session", page, { code: viewer.body.code });
    expect(another.status).toBe(201);
  });

  it("that a session made opens none that outlasts it", async () => {
    const operator = await signIn("operator");
    const { endsAt } = (await send("GET", "/session", operator)).body;
    now += sessionLimits.idleMs - 60_000;
    const { code } = (await send("POST", "/sign-in-links", operator)).body;
    now += 60_000;
    const opened = await send("POST", "/session", page, { code });

    expect([opened.status, opened.body.endsAt]).toEqual([201, endsAt]);
  });

  it("is pushed out by more of the same token, never by another's", async () => {
    const viewer = (await send("POST", "/sign-in-links", server.as("viewer"))).body.code;
    const codes = [];
    for (let i = 0; i < 21; i++) codes.push(await link());
    const statusOf = async (code: string) =>
      (await send("POST", "/session", page, { code })).status;

    expect(await statusOf(codes[0] ?? "")).toBe(401);
    expect(await statusOf(codes[1] ?? "")).toBe(201);
    expect(await statusOf(viewer)).toBe(201);
  });
});

it("attempts to sign in are put up with a few times a minute from one address", async () => {
  const limits = { requestsPerSecond: 1e9, failuresPerMinute: 3 };
  const strict = await startTestServer({ limits });
  const attempt = (payload: object) =>
    strict.api.inject({ method: "POST", url: "/api/v1/session", headers: page, payload });
  const codes = [];
  for (let i = 0; i < 5; i++) codes.push((await attempt({ token: `snt_${i}` })).statusCode);
  const good = await attempt({ token: strict.tokens.viewer });
  const text = await strict.metrics();
  await strict.stop();

  expect(codes).toEqual([401, 401, 401, 429, 429]);
  expect(good.statusCode).toBe(201);
  expect(text).toContain('sentinel_console_sign_ins_total{by="token"} 1');
});
