import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { createLog } from "../../shared/log.ts";
import {
  jetstream,
  jetstreamManager,
  messageHeaders,
  type NatsConnection,
} from "../../shared/nats.ts";
import { AlertSender } from "../pipeline/alert-sender.ts";
import { releaseHeld } from "./release-held.ts";

const hour = 3_600_000;
let server: Awaited<ReturnType<typeof startPlainNats>>;
let nats: NatsConnection;

beforeAll(async () => {
  server = await startPlainNats({});
  nats = server.connection;
  // As the inspector's account imports it.
  nats.subscribe("stored.MQTT_ALERTS", {
    callback: (_, { data, reply = "" }) =>
      nats.publish("$JS.API.DIRECT.GET.MQTT_ALERTS", data, { reply }),
  });
});
afterAll(async () => {
  await server?.stop();
});
beforeEach(async () => {
  const { streams } = await jetstreamManager(nats);
  const bounds = { max_msgs: 3, allow_direct: true };
  await streams.add({ name: "MQTT_ALERTS", subjects: ["clients.*.alerts"], ...bounds });
});
afterEach(async () => {
  vi.restoreAllMocks();
  const { streams } = await jetstreamManager(nats);
  await streams.delete("MQTT_ALERTS");
});

const message = {
  ...({ sequence: 7, storedAt: 1_000, origin: "upstream", clientId: "pump-1" } as const),
  ...{ rules: ["r1"], verdict: "hold", data: Buffer.from("held"), decision: undefined },
};
const stored = {
  ...{ sequence: 7, storedAt: 1_000, subject: "quarantine.upstream.pump-1", following: 0 },
  ...{ headers: messageHeaders(), data: message.data },
};
const release = (begunAt: number, sender?: AlertSender) =>
  releaseHeld(
    {
      nats,
      publisher: { publish: (...args) => jetstream(nats).publish(...args) },
      sender,
    },
    { entry: { message, stored, revision: 1 }, begunAt },
    AbortSignal.timeout(60_000),
  );
const others = async (count: number) => {
  for (let n = 0; n < count; n++) await jetstream(nats).publish("clients.valve.alerts", "other");
};
async function lastSequence() {
  const { streams } = await jetstreamManager(nats);
  return (await streams.info("MQTT_ALERTS")).state.last_seq;
}

it("is not delivered again when the stream has dropped what was stored since it was begun", async () => {
  const begunAt = Date.now();
  expect(await release(begunAt)).toBe("delivered");
  await others(3);
  vi.spyOn(Date, "now").mockReturnValue(begunAt + 80 * hour);
  expect(await release(begunAt)).toBe("uncertain");
  expect(await lastSequence()).toBe(4);
});

it("is found where it was stored before, and stored where it was not and the stream goes back so far", async () => {
  await others(1);
  const begunAt = Date.now() + hour;
  vi.spyOn(Date, "now").mockReturnValue(begunAt + hour);
  expect(await release(begunAt)).toBe("delivered");
  expect(await lastSequence()).toBe(2);
});

it("is delivered within the hour by a stream that has dropped nothing, once", async () => {
  const begunAt = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(begunAt + hour / 2);
  expect(await release(begunAt)).toBe("delivered");
  expect(await release(begunAt)).toBe("delivered");
  expect(await lastSequence()).toBe(1);
});

it("is sent once by who repeats it, and again by who cannot know whether the one before has sent it", async () => {
  const begunAt = Date.now();
  const [killed, next] = [0, 1].map(
    () => new AlertSender({ nats, onAgain: () => {}, log: createLog("test", "silent") }),
  );
  let came = 0;
  const hear = nats.subscribe("deliver.pump-1.alerts", { callback: () => void came++ });
  for (const sender of [killed, killed, next, next]) {
    expect(await release(begunAt, sender)).toBe("delivered");
  }
  await nats.flush();
  expect(came).toBe(2);
  expect(await lastSequence()).toBe(1);
  hear.unsubscribe();
  killed?.stop();
  next?.stop();
});
