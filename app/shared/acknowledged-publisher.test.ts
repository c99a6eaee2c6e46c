import { afterAll, beforeAll, expect, it } from "vitest";
import type { Region } from "../../test/support/local-region.ts";
import { connectAs } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { AcknowledgedPublisher, NotAcknowledged } from "./acknowledged-publisher.ts";
import { JetStreamApiError, messageHeaders, type NatsConnection } from "./nats.ts";

let region: Region;
let nats: NatsConnection;
let publisher: AcknowledgedPublisher;

beforeAll(async () => {
  region = await startTestRegion({ core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 });
  nats = await connectAs(region, "bridge");
  publisher = new AcknowledgedPublisher(nats, "bridge");
});
afterAll(async () => {
  publisher?.close();
  await nats?.close();
  await region?.stop();
});

function withHeader(name: string, value: string) {
  const headers = messageHeaders();
  headers.set(name, value);
  return { headers };
}

it("tells where each of many messages is stored", async () => {
  const subjects = Array.from({ length: 50 }, (_, n) => `ingress.upstream.d${n}`);
  const stored = await Promise.all(subjects.map((subject) => publisher.publish(subject, "{}")));
  expect(new Set(stored.map((ack) => ack.seq)).size).toBe(50);
  expect(stored[0]).toMatchObject({ stream: "INGRESS", duplicate: false });
});

it("tells a duplicate from a first copy", async () => {
  const options = withHeader("Nats-Msg-Id", "once");
  expect((await publisher.publish("ingress.upstream.d1", "{}", options)).duplicate).toBe(false);
  expect((await publisher.publish("ingress.upstream.d1", "{}", options)).duplicate).toBe(true);
});

it("rejects with JetStream's error when it refuses", async () => {
  const options = withHeader("Nats-Expected-Last-Sequence", "999999");
  await expect(publisher.publish("ingress.upstream.d1", "{}", options)).rejects.toThrow(
    JetStreamApiError,
  );
});

it("rejects when nobody answers", async () => {
  const core = region.process("core-1");
  await core.suspend();
  try {
    const publishing = publisher.publish("ingress.upstream.d1", "{}", { timeout: 200 });
    await expect(publishing).rejects.toThrow(NotAcknowledged);
  } finally {
    core.resume();
  }
});
