/** The REST API from outside, on real servers: who may do what, and what comes of it at the devices. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { type ApiRole, apiRoles } from "../../app/contract/api-token.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { apiCalls as calls } from "../support/api-calls.ts";
import { type ApiClient, apiClient, regionApi } from "../support/api-client.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectDevice } from "../support/clients.ts";
import { holdAgainstDescription, setUpSchemathesis } from "../support/schemathesis.ts";
import { connectAs, readAudit } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const soon = { timeout: 60_000, interval: 100 };

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let operator: NatsConnection;
const as = {} as Record<ApiRole, ApiClient>;

beforeAll(async () => {
  const counts = { bridges: 0, inspectors: 1, auths: 0, aggregators: 1 };
  // Whoever tries everything tries without a token, too.
  const consoleSettings = {
    TOKEN_REQUESTS_PER_SECOND: "1000",
    ADDRESS_FAILURES_PER_MINUTE: "1000",
    // What is found here is found by what is told.
    DEVICE_INDEX_REFILL_SECONDS: "3600",
  };
  region = await startTestRegion({
    ...{ core: 3, edges: 1, ...counts },
    ...{ console: true, consoleSettings },
  });
  auth = await startAuthProcess(region, { CACHE_POSITIVE_SECONDS: "1" });
  operator = await connectAs(region, "operator");
  for (const role of apiRoles) as[role] = regionApi(region, role);
});
afterAll(async () => {
  await operator?.close();
  await auth?.stop();
  await region?.stop();
});

async function add(clientId: string, more: object = {}): Promise<string> {
  const { status, body } = await as.operator("POST", "/api/v1/devices", {
    body: { clientId, ...more },
  });
  expect(status).toBe(201);
  return body.secret;
}
const path = (clientId: string, rest = "") => `/api/v1/devices/${clientId}${rest}`;

const admitted = (clientId: string, password: string) =>
  connectDevice(region, { clientId, password }).then(
    async ({ client }) => {
      await client.endAsync(true);
      return true;
    },
    () => false,
  );

const noSchemathesis = setUpSchemathesis();
if (noSchemathesis) console.warn(noSchemathesis);

it.skipIf(noSchemathesis)("does what its description says, whatever is sent", async () => {
  const { code, said } = await holdAgainstDescription(region);

  expect(said).toMatch(/No issues found/);
  expect(code).toBe(0);
});

describe("a device that is registered by the API", () => {
  it("logs in with the secret that is shown once; revoked, it loses its session and gets none", async () => {
    const secret = await add("pump-1", { labels: ["site:oslo"], region: "eu-west" });

    expect(await admitted("pump-1", secret)).toBe(true);
    const shown = await as.viewer("GET", path("pump-1"));
    expect(shown.body).toMatchObject({
      ...{ clientId: "pump-1", status: "active", labels: ["site:oslo"], region: "eu-west" },
      ...{ version: 1, changedBy: "api:operator" },
    });
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    const { client } = await connectDevice(region, { clientId: "pump-1", password: secret });
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    expect((await as.admin("POST", path("pump-1", "/revoke"))).body).toMatchObject({
      outcome: "changed",
      device: { status: "revoked", changedBy: "api:admin" },
    });
    await closed;
    expect(await admitted("pump-1", secret)).toBe(false);
  });

  it("gets a new secret, beside which the old one stays good for as long as was asked", async () => {
    const old = await add("pump-2");
    const rotated = await as.operator("POST", path("pump-2", "/rotate?overlapSeconds=3600"));

    expect(rotated.status).toBe(200);
    expect(rotated.headers["cache-control"]).toBe("no-store");
    expect(await admitted("pump-2", rotated.body.secret)).toBe(true);
    expect(await admitted("pump-2", old)).toBe(true);
    const last = await as.operator("POST", path("pump-2", "/rotate?overlapSeconds=0"));
    await expect.poll(() => admitted("pump-2", old), soon).toBe(false);
    expect(await admitted("pump-2", last.body.secret)).toBe(true);
  });

  it("is kept out while it is suspended", async () => {
    const secret = await add("pump-3");
    await as.operator("POST", path("pump-3", "/suspend"));
    expect(await admitted("pump-3", secret)).toBe(false);

    expect((await as.operator("POST", path("pump-3", "/suspend"))).body.outcome).toBe("unchanged");
    await as.operator("POST", path("pump-3", "/resume"));
    await expect.poll(() => admitted("pump-3", secret), soon).toBe(true);
  });
});

describe("a token", () => {
  it("may do what its role allows, and nothing else", async () => {
    await add("roles");
    for (const { role: needed, method, of, body, rows } of calls) {
      const headers = rows === undefined ? {} : { "content-type": "application/x-ndjson" };
      for (const role of apiRoles) {
        const sent = { body: rows ?? body, headers };
        const { status, body: answer } = await as[role](method, `/api/v1/devices${of}`, sent);
        const low = apiRoles.indexOf(role) < apiRoles.indexOf(needed);
        const about = `${role} ${method} ${of}`;
        if (low) expect([about, status, answer.code]).toEqual([about, 403, "role-too-low"]);
        else expect([about, status]).not.toEqual([about, 403]);
        if (role === needed) expect([about, status < 300]).toEqual([about, true]);
      }
    }
  });

  it("is needed, and must be one of those in the file", async () => {
    const { apiUrl: url = "" } = region.endpoints;
    const { caFile } = region.certificates;
    const missing = await apiClient({ url, caFile })("GET", "/api/v1/devices");
    const token = `snt_${"x".repeat(43)}`;
    const unknown = await apiClient({ url, caFile, token })("GET", "/api/v1/devices");

    expect(missing).toMatchObject({ status: 401, body: { code: "token-missing" } });
    expect(missing.headers["www-authenticate"]).toContain("Bearer");
    expect(unknown).toMatchObject({ status: 401, body: { code: "token-unknown" } });
    expect(unknown.headers["content-type"]).toContain("application/problem+json");
  });
});

/** Follows a list to its end; each page on its own. */
async function pagesOf(query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const more: string = after === "" ? "" : `&after=${after}`;
    const { body } = await as.viewer("GET", `/api/v1/devices?${query}${more}`);
    pages.push(body.devices.map((device: { clientId: string }) => device.clientId));
    after = body.next;
  }
  return pages;
}

const search = async (query: string) => (await as.viewer("GET", `/api/v1/devices?${query}`)).body;

it("lists every device once, over several pages", async () => {
  const ids = Array.from({ length: 25 }, (_, i) => `page-${i}`);
  for (const id of ids) await add(id, { labels: ["paged"] });
  await expect.poll(async () => (await search("label=paged")).found, soon).toBe(ids.length);
  const pages = await pagesOf("limit=10");
  const labelled = await pagesOf("label=paged&limit=7");

  const all = pages.flat();
  expect(pages.length).toBeGreaterThan(2);
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(ids));
  expect(Math.max(...labelled.map((page) => page.length))).toBeLessThanOrEqual(7);
  expect(labelled.flat().sort()).toEqual(ids.sort());
});

it("finds a device by what it is now, seconds after it changed, and says how far it knows the fleet", async () => {
  const found = async (query: string) =>
    (await search(query)).devices.map(({ clientId }: { clientId: string }) => clientId);
  await add("sought-1", { labels: ["site:oslo"], region: "eu-west" });
  await expect.poll(() => found("prefix=sought"), soon).toEqual(["sought-1"]);
  await as.operator("POST", path("sought-1", "/suspend"));
  const narrow = "status=suspended&region=eu-west&label=site:oslo&prefix=sou";
  await expect.poll(() => found(narrow), soon).toEqual(["sought-1"]);
  await as.operator("PUT", path("sought-1", "/labels"), { body: { labels: ["site:rome"] } });
  await expect.poll(() => found("label=site:rome"), soon).toEqual(["sought-1"]);
  expect(await found(narrow)).toEqual([]);
  const { index } = await search("prefix=sought");
  expect(index).toMatchObject({ complete: true });
  expect(Date.parse(index.asOf)).toBeGreaterThan(Date.now() - 60_000);
  await as.admin("DELETE", path("sought-1", "?force=true"));
  await expect.poll(async () => (await search("prefix=sought")).found, soon).toBe(0);
});

it("finds them also when the console was killed, without reading the table anew", async () => {
  await add("kept-1");
  await expect.poll(async () => (await search("prefix=kept-")).found, soon).toBe(1);
  const filledAt = async () => {
    const operations = region.endpoints.processUrls.get("console-1");
    const text = await (await fetch(`${operations}/metrics`)).text();
    return /^sentinel_console_device_index_filled_timestamp_seconds\S* ([\d.e+]+)/m.exec(text)?.[1];
  };
  const before = await filledAt();
  const managed = region.process("console-1");
  managed.kill("SIGKILL");
  await managed.exited();
  await managed.start();

  await expect.poll(async () => (await search("prefix=kept-")).found, soon).toBe(1);
  expect(await filledAt()).toBe(before);
});

it("lets one of several changes through that were made to the same state of a device", async () => {
  await add("contended");
  const { headers } = await as.viewer("GET", path("contended"));
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      as.operator("PUT", path("contended", "/labels"), {
        body: { labels: [`writer-${i}`] },
        headers: { "if-match": headers.etag ?? "" },
      }),
    ),
  );

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const refused = answers.filter(({ status }) => status !== 200);
  for (const { status, body } of refused) {
    expect([status, body.code]).toEqual([412, "device-changed"]);
  }
  expect((await as.viewer("GET", path("contended"))).body.version).toBe(2);
});

describe("the audit", () => {
  const settings = () => ({
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
  });
  interface Change {
    readonly status: string;
    readonly actor: { readonly user: { readonly name: string } };
    readonly unmapped: { readonly change: string; readonly chain: { readonly writer: string } };
  }
  const changesOf = async (clientId: string) =>
    (await readAudit<Change>(operator, `audit.registry.${clientId}`)).map(
      ({ status, actor, unmapped }) =>
        [unmapped.change, status, actor.user.name, unmapped.chain.writer.slice(0, 10)] as const,
    );

  it("names the token that made a change, in a chain that holds", async () => {
    await add("audited");
    await as.operator("POST", path("audited", "/suspend"));

    await expect
      .poll(() => changesOf("audited"), soon)
      .toEqual([
        ["created", "Requested", "api:operator", "console-1-"],
        ["created", "Success", "api:operator", "console-1-"],
        ["suspended", "Requested", "api:operator", "console-1-"],
        ["suspended", "Success", "api:operator", "console-1-"],
      ]);
    const listed = await as.viewer("GET", "/api/v1/audit?client=audited&kind=registry&limit=1");
    expect(listed.body.records).toMatchObject([{ what: "suspended", outcome: "Success" }]);
    const { code, stdout } = await sentinel(["audit", "verify"], settings());
    expect(stdout).toContain("console-1-");
    expect(code).toBe(0);
  });

  it("that cannot be written keeps everything as it is, until it can be again", async () => {
    await add("steady");
    const cores = region.layout.cores.map((_, i) => region.process(`core-${i + 1}`));
    for (const core of cores) await core.suspend();
    try {
      const suspended = await as.operator("POST", path("steady", "/suspend"));
      expect(suspended).toMatchObject({ status: 503, body: { code: "audit-unavailable" } });
      expect(suspended.headers["retry-after"]).toBeDefined();
      const created = await as.operator("POST", "/api/v1/devices", {
        body: { clientId: "not-yet" },
      });
      expect(created).toMatchObject({ status: 503, body: { code: "audit-unavailable" } });
      expect((await as.viewer("GET", path("steady"))).body).toMatchObject({
        ...{ status: "active", version: 1 },
      });
      expect((await as.viewer("GET", path("not-yet"))).status).toBe(404);
    } finally {
      for (const core of cores) core.resume();
    }

    await expect
      .poll(async () => (await as.operator("POST", path("steady", "/suspend"))).status, soon)
      .toBe(200);
    const told = async () =>
      new Set((await changesOf("steady")).map(([change, status]) => `${change} ${status}`));
    await expect
      .poll(told, soon)
      .toEqual(
        new Set([
          "created Requested",
          "created Success",
          "suspended Requested",
          "suspended Failure",
          "suspended Success",
        ]),
      );
    expect((await sentinel(["audit", "verify"], settings())).code).toBe(0);
  });
});
