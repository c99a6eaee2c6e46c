import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import type { ApiRole } from "../../contract/api-token.ts";
import type { Exception } from "../../exceptions/exception.ts";
import type { ExceptionOutcome } from "../../exceptions/exception-change.ts";
import type { ExceptionChange } from "../../exceptions/exception-schema.ts";

let server: TestServer;
const asked: ExceptionChange[] = [];
let outcome: (change: ExceptionChange) => ExceptionOutcome;

const id = "3b241101-e2bb-4255-8caf-4136c566a962";
const stored: Exception = {
  ...{ id, kind: "silence", region: "us-east", reason: "load tests", critical: false },
  scope: { rule: "r1", client: "bench-*" },
  ...{
    expiresAt: 86_400_000,
    addedBy: "api:the-operator",
    addedAt: 0,
    findings: 7,
    lastMatched: 5,
  },
};
const body = {
  ...{ kind: "silence", scope: { rule: "r1", client: "bench-*" }, reason: "load tests" },
  expiresAt: "2026-01-31T00:00:00Z",
};

beforeAll(async () => {
  server = await startTestServer({
    exceptions: {
      list: async (state) => (state === "ended" ? [] : [stored]),
      preview: async () => ({ hidden: 12, confirmed: 3, since: 0, complete: false }),
      change: async (change) => {
        asked.push(change);
        return outcome(change);
      },
    },
  });
});
afterAll(() => server?.stop());

const send = async (role: ApiRole, method: "GET" | "POST", path: string, payload?: object) => {
  const answer = await server.api.inject({
    ...{ method, url: `/api/v1/exceptions${path}`, headers: server.as(role) },
    ...(payload && { payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
};

it("lists, previews, adds and ends, each with its role", async () => {
  outcome = () => ({ exception: stored });
  const listed = await send("viewer", "GET", "");
  expect(listed.body.exceptions).toMatchObject([
    { id, findings: 7, scope: { rule: "r1", client: "bench-*" }, lastMatched: expect.any(String) },
  ]);
  expect((await send("viewer", "GET", "?state=ended")).body).toEqual({ exceptions: [] });
  const { scope } = body;
  expect((await send("operator", "POST", "/preview", { scope })).body).toEqual({
    ...{ hidden: 12, confirmed: 3, since: "1970-01-01T00:00:00.000Z", complete: false },
  });
  expect(await send("operator", "POST", "", body)).toMatchObject({ status: 201, body: { id } });
  expect(await send("operator", "POST", `/${id}/end`)).toMatchObject({ status: 200, body: { id } });
  expect(asked).toMatchObject([
    {
      ...{ kind: "add", actor: "api:the-operator" },
      exception: { ...body, critical: false, expiresAt: Date.parse(body.expiresAt) },
    },
    { kind: "end", id, actor: "api:the-operator" },
  ]);
  for (const path of ["", "/preview", `/${id}/end`]) {
    expect((await send("viewer", "POST", path, body)).status).toBe(403);
  }
});

it("hides critical findings only for an admin", async () => {
  outcome = () => ({ exception: stored });
  const critical = { ...body, critical: true };
  const refused = await send("operator", "POST", "", critical);
  expect([refused.status, refused.body.code]).toEqual([403, "role-too-low"]);
  expect((await send("admin", "POST", "", critical)).status).toBe(201);
});

it.each([
  ["unknown", 404, "no-such-exception"],
  ["invalid", 422, "invalid-body"],
  ["full", 409, "too-many-exceptions"],
  ["unavailable", 503, "incidents-unavailable"],
] as const)("says that the aggregator refused: %s", async (refused, status, code) => {
  outcome = () => ({ refused, detail: "because" });
  const answer = await send("operator", "POST", "", body);
  expect([answer.status, answer.body.code, answer.body.detail]).toEqual([status, code, "because"]);
});

it.each([
  [{ ...body, reason: "" }, "body.reason"],
  [{ ...body, reason: "two\nlines" }, "body.reason"],
  [{ ...body, expiresAt: "soon" }, "body.expiresAt"],
  [{ ...body, scope: { rule: "r1", client: "*" } }, "body.scope.client"],
  [{ ...body, scope: { client: "a" } }, "body.scope.rule"],
])("refuses what is not as it must be: %j", async (wrong, field) => {
  const { status, body: problem } = await send("operator", "POST", "", wrong);
  expect([status, problem.errors[0].field]).toEqual([422, field]);
});
