import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Region } from "../../test/support/local-region.ts";
import { connectAs } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { streamMaker } from "../contract/stream-makers.ts";
import {
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  messageHeaders,
  type NatsConnection,
} from "./nats.ts";
import { ID_IN_PROCESS, isFull, storeMessage } from "./store-message.ts";

let region: Region;
let connection: NatsConnection;

beforeAll(async () => {
  region = await startTestRegion({ core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 });
  connection = await connectAs(region, "bridge");
});
afterAll(async () => {
  await connection?.close();
  await region?.stop();
});

function store(id: string, options: { signal?: AbortSignal; onRetry?: () => void } = {}) {
  const headers = messageHeaders();
  headers.set("Nats-Msg-Id", id);
  const { onRetry = () => {}, signal } = options;
  const payload = new TextEncoder().encode("{}");
  return storeMessage(jetstream(connection), "ingress.upstream.d1", payload, {
    headers,
    onRetry,
    ...(signal && { signal }),
  });
}

it("stores once, and says so when the message was there already", async () => {
  expect((await store("a")).duplicate).toBe(false);
  expect((await store("a")).duplicate).toBe(true);
});

it("keeps trying while the server does not answer", async () => {
  const core = region.process("core-1");
  await core.suspend();
  const onRetry = vi.fn();
  const stored = store("b", { onRetry });
  await vi.waitFor(() => expect(onRetry).toHaveBeenCalled(), { timeout: 60_000 });
  core.resume();
  expect((await stored).seq).toBeGreaterThan(0);
});

it("ends with the signal's reason", async () => {
  const core = region.process("core-1");
  await core.suspend();
  const stopped = new AbortController();
  const stored = store("c", { signal: stopped.signal });
  stopped.abort(new Error("draining"));
  await expect(stored).rejects.toThrow("draining");
  core.resume();
});

it("repeats soon while the same id is in process, and backs off when that lasts", async () => {
  const inProcess = new JetStreamApiError({ code: 409, err_code: ID_IN_PROCESS, description: "" });
  const begun = performance.now();
  const attemptsMs: number[] = [];
  const publish = async () => {
    attemptsMs.push(performance.now() - begun);
    throw inProcess;
  };
  const stopped = new AbortController();
  const stored = storeMessage({ publish }, "ingress.upstream.d1", new Uint8Array(), {
    ...{ headers: messageHeaders(), onRetry: () => {}, signal: stopped.signal },
  });
  await vi.waitFor(() => expect(attemptsMs.length).toBeGreaterThan(14), { timeout: 60_000 });
  stopped.abort(new Error("seen enough"));
  await expect(stored).rejects.toThrow("seen enough");
  const pauses = attemptsMs.slice(1).map((ms, i) => ms - (attemptsMs[i] ?? 0));
  const median = pauses.slice(0, 9).sort((a, b) => a - b)[4] ?? 0;
  expect(pauses[13]).toBeGreaterThan(3 * median);
});

it("ends at a refusal that its caller calls final, such as that of a full stream", async () => {
  const provision = await connectAs(region, streamMaker("CORE"));
  const { streams } = await jetstreamManager(provision);
  const { config } = await streams.info("QUARANTINE");
  await streams.update("QUARANTINE", { ...config, max_bytes: 1 });
  const inspector = await connectAs(region, "report-inspector");
  const errors: string[] = [];
  const stored = storeMessage(
    jetstream(inspector),
    "quarantine.device.full",
    Buffer.from("evidence"),
    {
      headers: messageHeaders(),
      isFinal: isFull,
      onRetry: (error) => errors.push(error.message),
    },
  );
  await expect(stored).rejects.toSatisfy(isFull);
  expect(errors).toEqual([]);
  await Promise.all([provision.close(), inspector.close()]);
});
