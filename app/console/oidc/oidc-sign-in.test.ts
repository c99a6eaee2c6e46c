/** Signing in at the page by a real provider of OpenID Connect, which is a process of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import { damagedAccount, damages } from "../../../test/support/oidc/damaged-tokens.ts";
import {
  startTrustedProvider,
  testRoles,
  writeTestSecret,
} from "../../../test/support/oidc/start-provider.ts";
import { signInAtProvider } from "../../../test/support/oidc/visitor.ts";
import type { SignIn } from "../../audit/sign-in-event.ts";
import { OidcSchema } from "../../contract/oidc.ts";
import { IdentityProvider } from "./identity-provider.ts";
import { StartedSignIns, startedLifeMs } from "./started-sign-ins.ts";

const consoleUrl = "https://127.0.0.1:8443";
const directory = mkdtempSync(join(tmpdir(), "sentinel-oidc-"));
const records: SignIn[] = [];
let onRecord = true;
let now = Date.now();
let provider: Awaited<ReturnType<typeof startTrustedProvider>>;
let server: TestServer;

const settingsOf = (issuer: string, more: object = {}) =>
  OidcSchema.parse({
    ...{ name: "Example SSO", issuer, clientId: "sentinel", consoleUrl },
    ...{ nameClaim: "email", roleClaim: "groups", roles: testRoles },
    ...more,
  });

function oidcOf(issuer: string, options: { secretFile?: string | undefined; more?: object } = {}) {
  const settings = settingsOf(issuer, options.more);
  const clock = () => now;
  const clientSecretFile = options.secretFile;
  return {
    settings,
    provider: new IdentityProvider({ settings, clientSecretFile, clock }),
    started: new StartedSignIns(clock),
    journal: (signIn: SignIn) => {
      records.push(signIn);
      return onRecord;
    },
  };
}

beforeAll(async () => {
  provider = await startTrustedProvider(directory, consoleUrl);
  const secretFile = writeTestSecret(directory);
  server = await startTestServer({
    clock: () => now,
    oidc: oidcOf(provider.issuer, { secretFile }),
  });
});
afterAll(async () => {
  await server?.stop();
  await provider?.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  records.length = 0;
});

const host = new URL(consoleUrl).host;
const page = { host, "sec-fetch-site": "same-origin" };

async function get(url: string, headers: object = {}, of = server) {
  const answer = await of.api.inject({ method: "GET", url, headers: { ...page, ...headers } });
  const cookies = [answer.headers["set-cookie"] ?? []].flat().map(String);
  return { status: answer.statusCode, location: String(answer.headers["location"]), cookies };
}

const pairIn = (cookies: readonly string[], name: string) =>
  cookies.find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";

/** Begins as the page does. */
async function begin(path = "/sign-in/oidc?return=%2Fdevices%3Fstatus%3Dactive", of = server) {
  const { status, location, cookies } = await get(path, {}, of);
  expect(status).toBe(303);
  return { location, cookie: pairIn(cookies, "__Host-sentinel-sign-in"), cookies };
}

/** Comes back as a browser does: from another site, without the cookies of the session. */
const comeBack = (address: URL, cookie: string, of = server) =>
  get(`${address.pathname}${address.search}`, { cookie, "sec-fetch-site": "cross-site" }, of);

async function signIn(account: string, of = server) {
  const { location, cookie } = await begin(undefined, of);
  return comeBack(await signInAtProvider(location, account), cookie, of);
}

async function sessionOf(cookies: readonly string[], of = server) {
  const cookie = pairIn(cookies, "__Host-sentinel-session");
  const answer = await of.api.inject({ url: "/api/v1/session", headers: { ...page, cookie } });
  return { status: answer.statusCode, ...answer.json() };
}

const countOf = async (metric: string, of = server) =>
  Number(
    (await of.metrics())
      .split("\n")
      .find((line) => line.startsWith(`${metric} `))
      ?.split(" ")[1],
  );

describe("who signs in at the provider", () => {
  it("comes back to the view that was left, with a session of the role that a group gives", async () => {
    const { status, location, cookies } = await signIn("alice");

    expect([status, location]).toEqual([303, "/devices?status=active"]);
    const session = cookies.find((cookie) => cookie.startsWith("__Host-sentinel-session="));
    expect(session?.split("; ").slice(1).sort()).toEqual([
      ...["HttpOnly", "Path=/", "SameSite=Strict", "Secure"],
    ]);
    expect(await sessionOf(cookies)).toMatchObject({
      ...{ status: 200, name: "oidc:alice@example.com", role: "admin", by: "oidc" },
    });
    expect(records).toEqual([
      {
        person: { issuer: provider.issuer, subject: "alice", name: "oidc:alice@example.com" },
        ...{ role: "admin", address: "127.0.0.1" },
      },
    ]);
    expect(await countOf('sentinel_console_sign_ins_total{by="oidc"}')).toBeGreaterThan(0);
  });

  it("is asked for by PKCE, state and nonce, of which nothing is twice the same", async () => {
    const queries = [];
    for (let i = 0; i < 2; i++) {
      const { location, cookies } = await begin();
      const url = new URL(location);
      expect(url.origin).toBe(provider.issuer);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        ...{ response_type: "code", code_challenge_method: "S256", client_id: "sentinel" },
        ...{ redirect_uri: `${consoleUrl}/sign-in/oidc/callback`, scope: "openid profile email" },
      });
      expect(cookies[0]?.split("; ").slice(1).sort()).toEqual([
        ...["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"],
      ]);
      queries.push(url.searchParams);
    }
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(queries[0]?.get(name)).not.toBe(queries[1]?.get(name));
    }
  });

  it("may do what the role may, is on record by name, and is signed out like anybody", async () => {
    const { cookies } = await signIn("bob");
    const other = await signIn("bob");
    const session = await sessionOf(cookies);
    const cookie = pairIn(cookies, "__Host-sentinel-session");
    const headers = { ...page, origin: consoleUrl, cookie, "x-sentinel-proof": session.proof };
    const send = (method: "POST" | "DELETE", url: string, payload?: object) =>
      server.api.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) });

    expect(session.role).toBe("viewer");
    const change = await send("POST", "/devices", { clientId: "by-bob" });
    expect(change.json()).toMatchObject({ status: 403, code: "role-too-low" });
    const link = (await send("POST", "/sign-in-links")).json();
    expect(link.path).toBe(`/#code=${link.code}`);
    expect((await send("DELETE", "/session?everywhere=true")).statusCode).toBe(204);
    expect((await sessionOf(cookies)).status).toBe(401);
    expect((await sessionOf(other.cookies)).status).toBe(401);
    const payload = { code: link.code };
    const url = "/api/v1/session";
    const late = await server.api.inject({ method: "POST", url, headers: page, payload });
    expect(late.json().code).toBe("link-unknown");
  });

  it("is told so when no group gives a role, or the name is nobody's yet", async () => {
    const carol = await signIn("carol");
    expect([carol.location, pairIn(carol.cookies, "__Host-sentinel-session")]).toEqual([
      ...["/devices?status=active#sign-in=no-name", ""],
    ]);
    const by = oidcOf(provider.issuer, {
      secretFile: writeTestSecret(directory),
      more: { nameClaim: "sub" },
    });
    const bySubject = await startTestServer({ oidc: by });
    const again = await signIn("carol", bySubject);
    await bySubject.stop();

    expect(again.location).toBe("/devices?status=active#sign-in=no-role");
    expect(records.map(({ person, refusal }) => [person?.name, refusal?.code])).toEqual([
      [undefined, "no-name"],
      ["oidc:carol", "no-role"],
    ]);
  });

  it("does not come in while that cannot be put on record", async () => {
    onRecord = false;
    const { location, cookies } = await signIn("alice");
    onRecord = true;

    expect(location).toBe("/devices?status=active#sign-in=not-on-record");
    expect(pairIn(cookies, "__Host-sentinel-session")).toBe("");
  });

  it("may be a public client's, by PKCE alone", async () => {
    const oidc = oidcOf(provider.issuer, { more: { clientId: "sentinel-public" } });
    const open = await startTestServer({ oidc });
    const { cookies } = await signIn("alice", open);
    const session = await sessionOf(cookies, open);
    await open.stop();

    expect(session).toMatchObject({ status: 200, role: "admin" });
  });
});

describe("an answer that is not to be believed", () => {
  it.each(damages.filter((damage) => damage !== "huge"))("opens nothing: %s", async (damage) => {
    const { location, cookies } = await signIn(damagedAccount(damage));

    expect(location).toBe("/devices?status=active#sign-in=sign-in-refused");
    expect(pairIn(cookies, "__Host-sentinel-session")).toBe("");
    expect(records).toMatchObject([{ person: undefined, refusal: { code: "sign-in-refused" } }]);
  });

  it("opens nothing when the provider refuses the person, or a code that it has not given", async () => {
    const refused = await signIn("nobody");
    const { location, cookie } = await begin();
    const made = new URL(`${consoleUrl}/sign-in/oidc/callback?code=made-up`);
    made.searchParams.set("state", new URL(location).searchParams.get("state") ?? "");
    made.searchParams.set("iss", provider.issuer);
    const unknown = await comeBack(made, cookie);

    for (const { location } of [refused, unknown])
      expect(location).toMatch(/#sign-in=sign-in-refused$/);
    expect(records.map(({ refusal }) => refusal?.detail)).toEqual([
      "access_denied",
      "invalid_grant",
    ]);
  });

  it("opens nothing when another provider claims to have given the code", async () => {
    const { location, cookie } = await begin();
    const address = await signInAtProvider(location, "alice");
    address.searchParams.set("iss", "https://another.example");

    expect((await comeBack(address, cookie)).location).toMatch(/#sign-in=sign-in-refused$/);
  });
});

describe("a callback that this browser is not waited for with", () => {
  const unknown = "/#sign-in=sign-in-unknown";

  it("opens nothing for another browser, with its own sign-in or none", async () => {
    const { location } = await begin();
    const other = await begin();
    const address = await signInAtProvider(location, "alice");

    expect((await comeBack(address, "")).location).toBe(unknown);
    expect((await comeBack(address, other.cookie)).location).toBe(unknown);
    expect(records).toEqual([]);
  });

  it("opens nothing a second time, by whatever browser", async () => {
    const { location, cookie } = await begin();
    const address = await signInAtProvider(location, "alice");
    const first = await comeBack(address, cookie);

    expect((await sessionOf(first.cookies)).status).toBe(200);
    expect(first.cookies).toContainEqual(expect.stringMatching(/sign-in=;.*Max-Age=0/));
    expect((await comeBack(address, cookie)).location).toBe(unknown);
  });

  it("opens nothing when it comes too late", async () => {
    const { location, cookie } = await begin();
    const address = await signInAtProvider(location, "alice");
    now += startedLifeMs;

    expect((await comeBack(address, cookie)).location).toBe(unknown);
  });

  it("spends nothing when the state is another one: anybody can send a browser here", async () => {
    const { location, cookie } = await begin();
    const address = await signInAtProvider(location, "alice");
    const forged = new URL(address);
    forged.searchParams.set("state", "x".repeat(43));
    const twice = new URL(address);
    twice.searchParams.append("state", "x");

    for (const wrong of [forged, twice]) {
      expect((await comeBack(wrong, cookie)).location).toBe(unknown);
    }
    expect((await sessionOf((await comeBack(address, cookie)).cookies)).status).toBe(200);
  });
});

describe("the way to the provider", () => {
  it("leads back to the page's views alone", async () => {
    const { location, cookie } = await begin("/sign-in/oidc?return=//evil.example/devices");
    const back = await comeBack(await signInAtProvider(location, "alice"), cookie);

    expect(back.location).toBe("/");
  });

  it("is not taken by another site's page, nor at another address than the provider knows", async () => {
    const foreign = await get("/sign-in/oidc?return=/rules", { "sec-fetch-site": "cross-site" });
    expect([foreign.location, foreign.cookies]).toEqual(["/rules", []]);
    const elsewhere = await get("/sign-in/oidc?return=/rules", { host: "localhost:8443" });
    expect([elsewhere.location, elsewhere.cookies]).toEqual(["/rules#sign-in=other-address", []]);
  });

  it("is told to the page, and there is none where no provider is set", async () => {
    const ways = async (of: TestServer) => (await of.api.inject("/api/v1/sign-in-ways")).json();
    expect(await ways(server)).toEqual({
      oidc: { provider: "Example SSO", path: "/sign-in/oidc" },
    });
    const without = await startTestServer();
    const viewer = without.as("viewer");
    const answers = [await ways(without), (await get("/sign-in/oidc", viewer, without)).status];
    await without.stop();

    expect(answers).toEqual([{}, 404]);
  });
});

it("attempts to come back are put up with a few times a minute from one address", async () => {
  const limits = { requestsPerSecond: 1e9, failuresPerMinute: 3 };
  const strict = await startTestServer({ limits, oidc: oidcOf(provider.issuer) });
  const attempt = () => get("/sign-in/oidc/callback?code=a&state=b", {}, strict);
  const codes = [];
  for (let i = 0; i < 5; i++) codes.push((await attempt()).status);
  const turnedAway = await countOf(
    'sentinel_console_unauthorized_total{reason="sign-in-unknown"}',
    strict,
  );
  await strict.stop();

  expect(codes).toEqual([303, 303, 303, 429, 429]);
  expect(turnedAway).toBe(3);
});

it("whoever fails again and again is not asked about at the provider, nor put on record", async () => {
  const limits = { requestsPerSecond: 1e9, failuresPerMinute: 3 };
  const oidc = oidcOf(provider.issuer);
  let asked = 0;
  const finish: IdentityProvider["finish"] = (...answer) => {
    asked++;
    return oidc.provider.finish(...answer);
  };
  const counted = { begin: () => oidc.provider.begin(), finish };
  const strict = await startTestServer({ limits, oidc: { ...oidc, provider: counted } });
  const begun = [];
  for (let i = 0; i < 3; i++) begun.push(await begin(undefined, strict));
  const more = await get("/sign-in/oidc?return=/rules", {}, strict);
  const statuses = [];
  for (const { location, cookie } of [...begun, ...begun]) {
    const made = new URL(`${consoleUrl}/sign-in/oidc/callback?code=made-up`);
    made.searchParams.set("state", new URL(location).searchParams.get("state") ?? "");
    made.searchParams.set("iss", provider.issuer);
    statuses.push((await comeBack(made, cookie, strict)).status);
  }
  await strict.stop();

  expect(more.status).toBe(429);
  expect(statuses).toEqual([303, 303, 303, 429, 429, 429]);
  expect([asked, records.length]).toEqual([3, 3]);
});

describe("while the provider cannot be asked", () => {
  const away = "/devices?status=active#sign-in=provider-away";
  const path = "/sign-in/oidc?return=%2Fdevices%3Fstatus%3Dactive";

  it("that is said, it is counted, and a token signs in as before", async () => {
    const gone = await startTestServer({ oidc: oidcOf("https://127.0.0.1:1") });
    const { location } = await get(path, {}, gone);
    const failures = await countOf("sentinel_console_identity_provider_failures_total", gone);
    const signedIn = await gone.api.inject({
      ...{ method: "POST", url: "/api/v1/session", headers: { ...page, origin: consoleUrl } },
      payload: { token: gone.tokens.viewer },
    });
    await gone.stop();

    expect([location, failures, signedIn.statusCode]).toEqual([away, 1, 201]);
  });

  it("whoever comes back is told so, and who comes afterwards is let in", async () => {
    const { location, cookie } = await begin();
    const address = await signInAtProvider(location, "alice");
    provider.pause();
    const back = await comeBack(address, cookie);
    provider.resume();

    expect(back.location).toBe(away);
    expect((await signIn("alice")).location).toBe("/devices?status=active");
  });

  it("an answer without end is not read to its end", async () => {
    expect((await signIn(damagedAccount("huge"))).location).toBe(away);
  });

  it("what it said of itself before goes on to serve, and is asked for again later", async () => {
    const oidc = oidcOf(provider.issuer, { secretFile: writeTestSecret(directory) });
    await oidc.provider.begin();
    now += 3_600_000;
    await provider.listen(false);
    const { url } = await oidc.provider.begin();
    await provider.listen(true);

    expect(url.origin).toBe(provider.issuer);
  });

  it.each([
    ["no document", "<html>", "text/html"],
    ["one of another issuer", '{"issuer":"https://another.example"}', "application/json"],
    ["one without end", `{"a":"${"x".repeat(600_000)}"}`, "application/json"],
  ])("that is so of a server that gives %s", async (_what, document, type) => {
    const odd = createServer(provider.tls, (_request, response) => {
      response.setHeader("content-type", type).end(document);
    });
    await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
    const { port } = odd.address() as { port: number };
    const { provider: asked } = oidcOf(`https://localhost:${port}`);
    const failure = await asked.begin().catch((error: unknown) => error);
    odd.close();
    odd.closeAllConnections();

    expect(failure).toMatchObject({ name: "ProviderAway" });
  });
});
