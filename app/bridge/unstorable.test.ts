/** What can never be stored must not hold up what comes after it. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { connectAs } from "../../test/support/stored.ts";
import { streamMaker } from "../contract/stream-makers.ts";
import { jetstreamManager } from "../shared/nats.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
  // As a broker of somebody else's may be: it takes packets that NATS does not.
  const file = join(fixture.region.directory, "state/mosquitto/mosquitto.conf");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^max_packet_size .*\n/m, ""));
  const mosquitto = fixture.region.process("mosquitto");
  await mosquitto.stop();
  await mosquitto.start();
});
afterAll(() => fixture.stop());

it("keeps the beginning of a message larger than NATS takes, its size and its hash, and goes on", async () => {
  const bridge = await fixture.bridge("huge");
  const sender = await fixture.publisher();
  const payload = Buffer.from(`{"t":"${"x".repeat(1_536 * 1024)}"}`);
  await sender.publishAsync("clients/huge/alerts", payload, { qos: 1 });
  await sender.publishAsync("clients/huge/alerts", "{}", { qos: 1 });
  await vi.waitFor(
    async () => expect((await fixture.ingress("huge")).get("huge")).toEqual(["{}"]),
    within,
  );
  const [letter] = await fixture.stored("DEAD_LETTER", (subject) => subject.endsWith("-large"));
  expect(letter?.subject).toBe("deadletter.bridge.payload-too-large");
  expect(letter?.text).toBe(payload.subarray(0, 4_096).toString());
  expect(letter?.header("Sentinel-Payload-Bytes")).toBe(String(payload.length));
  expect(letter?.header("Sentinel-Payload-Sha256")).toBe(
    createHash("sha256").update(payload).digest("hex"),
  );
  await bridge.drain();
  expect(await fixture.heldBy("huge")).toBe(0);
});

/** As an operator may bound a stream by hand. */
async function boundMessages(bytes: number): Promise<void> {
  const maker = await connectAs(fixture.region, streamMaker("INTAKE"));
  const { streams } = await jetstreamManager(maker, { checkAPI: false });
  const { config } = await streams.info("INGRESS");
  await streams.update("INGRESS", { ...config, max_msg_size: bytes });
  await maker.close();
}

it("tells of an alert that its stream never takes, and goes on", async () => {
  const bridge = await fixture.bridge("bounded");
  const sender = await fixture.publisher();
  await boundMessages(1_024);
  const payload = JSON.stringify({ t: "x".repeat(2_048) });
  await sender.publishAsync("clients/bounded/alerts", payload, { qos: 1 });
  await sender.publishAsync("clients/bounded/alerts", "{}", { qos: 1 });
  await vi.waitFor(
    async () => expect((await fixture.ingress("bounded")).get("bounded")).toEqual(["{}"]),
    within,
  );
  const [letter] = await fixture.stored("DEAD_LETTER", (subject) => subject.endsWith("-storable"));
  expect(letter?.subject).toBe("deadletter.bridge.not-storable");
  expect(letter?.header("Sentinel-Payload-Bytes")).toBe(String(payload.length));
  expect(bridge.failures).toEqual([]);
  await bridge.drain();
  expect(await fixture.heldBy("bounded")).toBe(0);
});
