/** What confirmations may cost at most. */
import { Registry } from "prom-client";
import { expect, it, vi } from "vitest";
import { confirmationTopic } from "../contract/confirmation.ts";
import { createBridgeMetrics } from "./bridge-metrics.ts";
import { Confirmations } from "./confirmations.ts";
import type { ShortLived } from "./upstream-subscription.ts";

function confirmations(take = (_message: ShortLived) => true) {
  const counts = createBridgeMetrics(new Registry(), {
    ...{
      inFlight: () => 0,
      heldBytes: () => 0,
      paused: () => false,
      upstreamConnected: () => true,
    },
    ...{ leads: () => true, backlogBytes: () => 0, backlogMessages: () => 0 },
  });
  const publish = vi.fn(take);
  const told = async (outcome: string) => {
    const { values } = await counts.confirmations.get();
    return values.find(({ labels }) => labels["outcome"] === outcome)?.value;
  };
  return { subject: new Confirmations({ publish, counts }), publish, told };
}

const client = "c".repeat(64);
const question = {
  topic: `clients/${client}/alerts`,
  payload: Buffer.from("{}"),
  alertId: "i".repeat(128),
  responseTopic: confirmationTopic("p".repeat(64)),
};

it("are one message for 64 alerts of a publisher, and 400 bytes for each", () => {
  const { subject, publish } = confirmations();
  for (let n = 0; n < 128; n++) subject.tell(question, "payload-too-large");
  subject.flush();
  expect(publish).toHaveBeenCalledTimes(2);
  for (const [{ payload, expirySeconds }] of publish.mock.calls) {
    expect(JSON.parse(payload)).toHaveLength(64);
    expect(payload.length).toBeLessThan(64 * 400);
    expect(expirySeconds).toBe(60);
  }
});

it("are nothing for who does not ask, or cannot be told", async () => {
  const { subject, publish, told } = confirmations();
  const asking = [
    { ...question, responseTopic: undefined },
    { ...question, alertId: undefined },
    { ...question, alertId: "" },
    { ...question, responseTopic: confirmationTopic("p".repeat(65)) },
    { ...question, responseTopic: confirmationTopic("+") },
    { ...question, topic: "clients/".padEnd(129, "x") },
  ];
  for (const each of asking) subject.tell(each);
  subject.flush();
  expect(publish).not.toHaveBeenCalled();
  expect(await told("misdirected")).toBe(3);
});

it("are dropped, and counted, while there is no way to tell them", async () => {
  const { subject, publish, told } = confirmations(() => false);
  subject.tell(question);
  subject.flush();
  subject.flush();
  expect(publish).toHaveBeenCalledOnce();
  expect([await told("dropped"), await told("stored")]).toEqual([1, 0]);
});
