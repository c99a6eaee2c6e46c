import { Counter, Registry } from "prom-client";
import { afterEach, expect, it } from "vitest";
import { type OperationsServer, serveOperations } from "./operations-server.ts";

let server: OperationsServer;
afterEach(() => server.close());

async function ask(path: string, notReady: string | undefined, init?: RequestInit) {
  const metrics = new Registry();
  new Counter({ name: "things_total", help: "Things", registers: [metrics] }).inc(3);
  server = await serveOperations({ host: "127.0.0.1", port: 0, metrics, notReady: () => notReady });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
  return { status: response.status, body: await response.text() };
}

it("is ready when nothing is missing", async () => {
  expect(await ask("/readyz", undefined)).toEqual({ status: 200, body: "ok\n" });
});

it("says what is missing when it is not ready, and is alive all the same", async () => {
  expect(await ask("/readyz", "no NATS")).toEqual({ status: 503, body: "no NATS\n" });
  const alive = await fetch(`http://127.0.0.1:${server.port}/livez`);
  expect(alive.status).toBe(200);
});

it("serves metrics", async () => {
  expect((await ask("/metrics", undefined)).body).toContain("things_total 3");
});

it("refuses other paths and methods", async () => {
  expect((await ask("/secret", undefined)).status).toBe(404);
  const post = await fetch(`http://127.0.0.1:${server.port}/livez`, { method: "POST" });
  expect(post.status).toBe(405);
});
