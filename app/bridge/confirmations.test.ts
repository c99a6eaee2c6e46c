/** Publishers are told what became of their alerts: those who ask, each of its own. */
import type { IClientOptions, IClientPublishOptions, MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { type Confirmation, confirmationTopic } from "../contract/confirmation.ts";
import { payloadDigest } from "../contract/message-id.ts";
import { upstreamNotes } from "../contract/subjects.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture?.stop());
afterEach(() => fixture.release());

/** A publisher of this client id, and what it has been told. */
async function openPublisher(clientId: string, filters = [confirmationTopic(clientId)]) {
  const client = await fixture.publisher({ clientId } satisfies IClientOptions);
  const told: Confirmation[] = [];
  client.on("message", (_topic, payload) => told.push(...JSON.parse(payload.toString())));
  await client.subscribeAsync(filters);
  return { client, told };
}

interface Alert {
  readonly to: string;
  readonly payload?: string;
  readonly id?: string;
  /** Where its publisher wants to be told. */
  readonly asks?: string;
}

function publish(sender: MqttClient, { to, payload = "{}", id, asks }: Alert) {
  const properties: IClientPublishOptions["properties"] = {
    ...(id !== undefined && { userProperties: { "alert-id": id } }),
    ...(asks !== undefined && { responseTopic: confirmationTopic(asks) }),
  };
  return sender.publishAsync(`clients/${to}/alerts`, payload, { qos: 1, properties });
}

const of = (to: string, id: string, payload = "{}"): Confirmation => ({
  topic: `clients/${to}/alerts`,
  id,
  sha256: payloadDigest(Buffer.from(payload)),
});

it("tells an alert's own publisher that it is stored, and nobody else", async () => {
  const bridge = await fixture.bridge("bridge-1");
  const ann = await openPublisher("ann");
  const bob = await openPublisher("bob", [
    ...[confirmationTopic("ann"), confirmationTopic("+"), "$sentinel/#", "#"],
    confirmationTopic("bob"),
  ]);
  await publish(ann.client, { to: "own", id: "1", asks: "ann" });
  await vi.waitFor(() => expect(ann.told).toEqual([of("own", "1")]), within);
  await publish(bob.client, { to: "own", id: "2", asks: "bob" });
  await vi.waitFor(() => expect(bob.told).not.toEqual([]), within);
  // Once by each of the filters that match, after whatever came before it.
  expect(new Set(bob.told.map(({ id }) => id))).toEqual(new Set(["2"]));
  expect(ann.told).toHaveLength(1);
  expect((await fixture.ingress("own")).get("own")).toHaveLength(2);
  expect(await bridge.value("publisher_confirmations_total", { outcome: "stored" })).toBe(2);
});

it("tells it again when the alert is sent again, though that is stored once", async () => {
  await fixture.bridge("bridge-1");
  const sender = await openPublisher("again");
  for (const times of [1, 2, 3]) {
    await publish(sender.client, { to: "again", id: "same", asks: "again" });
    await vi.waitFor(() => expect(sender.told).toHaveLength(times), within);
  }
  expect(new Set(sender.told.map(({ id }) => id))).toEqual(new Set(["same"]));
  expect((await fixture.ingress("again")).get("again")).toHaveLength(1);
});

it("tells why an alert will never be delivered, once it is in DEAD_LETTER", async () => {
  const bridge = await fixture.bridge("bridge-1");
  const sender = await openPublisher("wrong");
  const payloads = ["no json", `{"t":"${"x".repeat(64 * 1024)}"}`];
  for (const [n, payload] of payloads.entries()) {
    await publish(sender.client, { to: "wrong", id: String(n), payload, asks: "wrong" });
  }
  await publish(sender.client, { to: "not.an.id", id: "2", asks: "wrong" });
  const expected = [
    { ...of("wrong", "0", payloads[0]), refused: "payload-not-json" },
    { ...of("wrong", "1", payloads[1]), refused: "payload-too-large" },
    { ...of("not.an.id", "2"), refused: "invalid-client-id" },
  ];
  const inOrder = () => sender.told.toSorted((a, b) => Number(a.id) - Number(b.id));
  await vi.waitFor(() => expect(inOrder()).toEqual(expected), within);
  expect(await bridge.value("publisher_confirmations_total", { outcome: "refused" })).toBe(3);
});

it("tells nothing to who gave no id, or does not ask", async () => {
  const bridge = await fixture.bridge("bridge-1");
  const sender = await openPublisher("quiet");
  await publish(sender.client, { to: "quiet", asks: "quiet" });
  await publish(sender.client, { to: "quiet", id: "two words", asks: "quiet" });
  await publish(sender.client, { to: "quiet", id: "1" });
  await publish(sender.client, { to: "quiet", id: "2", asks: "quiet" });
  await vi.waitFor(() => expect(sender.told).toEqual([of("quiet", "2")]), within);
  expect(await bridge.value("publisher_confirmations_total")).toBe(1);
});

it("publishes nowhere but where confirmations go, and stores the alert all the same", async () => {
  const bridge = await fixture.bridge("bridge-1");
  const sender = await openPublisher("lured");
  const topics = [
    upstreamNotes.marks,
    "clients/victim/alerts",
    confirmationTopic("a/b"),
    confirmationTopic(""),
    "$sentinel/confirmationsX",
  ];
  for (const [n, responseTopic] of topics.entries()) {
    const properties = { userProperties: { "alert-id": String(n) }, responseTopic };
    await sender.client.publishAsync("clients/lured/alerts", "{}", { qos: 1, properties });
  }
  await publish(sender.client, { to: "lured", id: "last", asks: "lured" });
  await vi.waitFor(() => expect(sender.told).toEqual([of("lured", "last")]), within);
  expect((await fixture.ingress("lured")).get("lured")).toHaveLength(topics.length + 1);
  expect((await fixture.ingress("victim")).size).toBe(0);
  expect(await bridge.value("publisher_confirmations_total", { outcome: "misdirected" })).toBe(
    topics.length,
  );
});

it("goes on when the bridge that leads gives way to the other one", async () => {
  const first = await fixture.bridge("bridge-1");
  await fixture.bridge("bridge-2");
  const sender = await openPublisher("handover");
  await publish(sender.client, { to: "handover", id: "before", asks: "handover" });
  await vi.waitFor(() => expect(sender.told.map(({ id }) => id)).toContain("before"), within);
  await first.drain();
  await publish(sender.client, { to: "handover", id: "after", asks: "handover" });
  await vi.waitFor(() => expect(sender.told.map(({ id }) => id)).toContain("after"), within);
});
