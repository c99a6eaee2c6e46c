import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { createConsoleMetrics } from "../console-metrics.ts";
import { ScanBudget } from "./scan-budget.ts";

let server: TestServer;
const scans = { itemsPerRequest: 50, itemsPerMinute: 420 };
beforeAll(async () => {
  server = await startTestServer({ scans });
  const devices = Array.from({ length: 300 }, (_, i) => deviceWith(`d-${i}`, `${i}`));
  await server.registry.overwriteMany(devices);
});
afterAll(() => server?.stop());

const list = async (query: string, role: "viewer" | "operator" | "admin") => {
  const url = `/api/v1/devices?${query}`;
  const answer = await server.api.inject({ url, headers: server.as(role) });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
};

it("a filter makes the table look at nothing but what it finds", async () => {
  const { status, body } = await list("label=nobody-has-it", "viewer");
  expect([status, body.devices, body.scanned, body.next]).toEqual([200, [], 0, undefined]);
  const found = await list("prefix=d-29&limit=5", "viewer");
  expect([found.body.devices.length, found.body.scanned, found.body.found]).toEqual([5, 5, 11]);
});

it("no page makes it look at more than is allowed, and says where to go on", async () => {
  const { body } = await list("status=active&limit=1000", "admin");
  expect([body.devices.length, body.scanned, body.found]).toEqual([50, 50, 300]);
  const next = await list(`status=active&limit=1000&after=${body.next}`, "admin");
  expect(next.body.devices[0].clientId > body.devices[49].clientId).toBe(true);
});

it("a token that has looked at enough waits; others do not, nor do single devices", async () => {
  let refused: Awaited<ReturnType<typeof list>> | undefined;
  for (let i = 0; i < 20 && !refused; i++) {
    const answer = await list("status=active", "viewer");
    if (answer.status === 429) refused = answer;
  }
  expect(refused?.body.code).toBe("too-many-requests");
  expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
  expect(Number(refused?.headers["retry-after"])).toBeLessThanOrEqual(60);
  expect((await list("limit=1", "operator")).status).toBe(200);
  const one = { url: "/api/v1/devices/d-1", headers: server.as("viewer") };
  expect((await server.api.inject(one)).statusCode).toBe(200);
  expect(await server.metrics()).toMatch(/^sentinel_console_scans_refused_total 1$/m);
  expect(await server.metrics()).toMatch(/^sentinel_console_scanned_items_total [1-9]\d+$/m);
});

it("pages without a filter cost what they show", async () => {
  const { body } = await list("limit=10", "admin");

  expect(body.devices).toHaveLength(10);
  expect(body.scanned).toBe(10);
});

it("requests side by side do not pass it together, and what failed costs nothing", async () => {
  const metrics = createConsoleMetrics(new Registry());
  const budget = new ScanBudget({ limits: { itemsPerRequest: 10, itemsPerMinute: 35 }, metrics });
  const held = Promise.withResolvers<{ scanned: number }>();
  const open = Array.from({ length: 10 }, () => budget.spend("a", () => held.promise));
  const settled = Promise.allSettled(open);
  held.resolve({ scanned: 10 });
  const outcomes = (await settled).map(({ status }) => status);

  expect(outcomes.filter((status) => status === "fulfilled")).toHaveLength(3);
  const failing = () => budget.spend("b", () => Promise.reject(new Error("no table")));
  for (let i = 0; i < 20; i++) await expect(failing()).rejects.toThrow("no table");
  expect(await budget.spend("b", async () => ({ scanned: 0 }))).toEqual({ scanned: 0 });
});
