import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startPlainNats } from "../../test/support/plain-nats.ts";
import { subjects } from "../contract/subjects.ts";
import { AcknowledgedPublisher, NotAcknowledged } from "../shared/acknowledged-publisher.ts";
import { createLog } from "../shared/log.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { MirrorSender } from "./mirror-sender.ts";
import { SendingTurn } from "./sending-turn.ts";

const soon = { timeout: 60_000, interval: 20 };
const peer = "eu-west";
let server: Awaited<ReturnType<typeof startPlainNats>>;
let connection: NatsConnection;
let publisher: AcknowledgedPublisher;
let sent: number[] = [];
/** Resolves when what is to be read under "held" is asked for. */
let whenOpen = Promise.resolve();
/** Resolves when a server may say that it has what was sent. */
let whenFlushed = Promise.resolve();
let interruptions = 0;

beforeAll(async () => {
  server = await startPlainNats({});
  connection = server.connection;
  publisher = new AcknowledgedPublisher(connection, "delivery");
  connection.subscribe("held.>", {
    callback: (_error, { subject, data, reply = "" }) => {
      const pass = () => connection.publish(subject.replace("held", "$JS.API"), data, { reply });
      void (subject.includes("DIRECT.GET") ? whenOpen : Promise.resolve()).then(pass);
    },
  });
});
afterAll(async () => {
  publisher?.close();
  await server?.stop();
});

const started: MirrorSender[] = [];
const add = async (name: string, subject: string) => {
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name, subjects: [subject], allow_direct: true });
};
beforeEach(async () => {
  sent = [];
  await add("MQTT_ALERTS", "clients.*.alerts");
  await add("LAST_SEEN", subjects.sent("*"));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((sender) => sender.stop()));
  const { streams } = await jetstreamManager(connection);
  await streams.delete("MQTT_ALERTS");
  await streams.delete("LAST_SEEN");
});

function start(replica: string, { api = "$JS.API", publish = publisher.publish } = {}) {
  const sender = new MirrorSender({
    ...{ connection, peer, api, log: createLog("test", "silent") },
    turn: new SendingTurn({
      ...{ connection, publisher: { publish }, peer, replica },
      clock: () => performance.now(),
    }),
    line: {
      send: (_client, payload) => void sent.push(Number(Buffer.from(payload).toString())),
      flush: () => whenFlushed.then(() => connection.flush()),
    },
    interruptions: () => interruptions,
    onSent: () => {},
  });
  started.push(sender);
  sender.start();
  return sender;
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
async function store(from: number, to: number) {
  for (const n of numbers(from, to)) {
    await jetstream(connection).publish(subjects.alerts("pump-1"), String(n));
  }
}
/** How often the turn was written. */
async function writes() {
  const { streams } = await jetstreamManager(connection);
  return (await streams.info("LAST_SEEN")).state.last_seq;
}
async function writtenMore(times: number) {
  const before = await writes();
  await expect.poll(writes, soon).toBeGreaterThanOrEqual(before + times);
}

it("is one of two at a time, and the other one goes on where it ends", async () => {
  const first = start("delivery-0");
  await expect.poll(() => first.held(), soon).toBe(true);
  start("delivery-1");
  await store(1, 20);
  await expect.poll(() => sent.length, soon).toBe(20);
  await first.stop();
  await store(21, 40);
  await expect.poll(() => sent.length, soon).toBeGreaterThanOrEqual(40);
  expect(sent).toEqual(numbers(1, 40));
});

it("sends what comes first into an empty mirror once", async () => {
  const first = start("delivery-0");
  await expect.poll(() => first.held(), soon).toBe(true);
  await writtenMore(1);
  await store(1, 10);
  await expect.poll(() => sent.length, soon).toBe(10);
  await writtenMore(2);
  await store(11, 20);
  await expect.poll(() => sent.length, soon).toBeGreaterThanOrEqual(20);
  expect(sent).toEqual(numbers(1, 20));
});

it("sends nothing again although it did not hear that its turn was written", async () => {
  let unheard = 0;
  const publish: typeof publisher.publish = async (subject, ...rest) => {
    const answer = await publisher.publish(subject, ...rest);
    if (unheard-- > 0) throw new NotAcknowledged("timeout", subject);
    return answer;
  };
  start("delivery-0", { publish });
  await store(1, 10);
  await expect.poll(() => sent.length, soon).toBe(10);
  unheard = 1;
  // The next two of them tell that the one before is not known, and that the turn is there again.
  for (let n = 11; n <= 40; n += 10) {
    await writtenMore(1);
    await store(n, n + 9);
  }
  await writtenMore(4);
  expect(sent).toEqual(numbers(1, 40));
});

it("keeps its turn while nobody answers what it reads", async () => {
  const first = start("delivery-0", { api: "held" });
  await expect.poll(() => first.held(), soon).toBe(true);
  start("delivery-1");
  await store(1, 10);
  await expect.poll(() => sent.length, soon).toBe(10);
  const gate = Promise.withResolvers<void>();
  whenOpen = gate.promise;
  // For longer than it takes to lose a turn that is not written.
  await writtenMore(10);
  gate.resolve();
  await store(11, 20);
  await expect.poll(() => sent.length, soon).toBeGreaterThanOrEqual(20);
  await writtenMore(2);
  expect(sent).toEqual(numbers(1, 20));
});

it("sends once more, before what is newer, what went with a connection that was lost", async () => {
  await store(1, 10);
  const gate = Promise.withResolvers<void>();
  whenFlushed = gate.promise;
  start("delivery-0");
  await expect.poll(() => sent.length, soon).toBe(10);
  await store(11, 20);
  interruptions++;
  gate.resolve();
  await expect.poll(() => sent.length, soon).toBeGreaterThanOrEqual(30);
  await writtenMore(2);
  expect(sent).toEqual([...numbers(1, 10), ...numbers(1, 20)]);
});

it("sends all of a mirror that begins anew at 1 while it sends", async () => {
  const first = start("delivery-0");
  await expect.poll(() => first.held(), soon).toBe(true);
  await store(1, 10);
  await expect.poll(() => sent.length, soon).toBe(10);
  await writtenMore(2);
  const { streams } = await jetstreamManager(connection);
  await streams.delete("MQTT_ALERTS");
  await add("MQTT_ALERTS", "clients.*.alerts");
  await store(11, 15);
  await expect.poll(() => sent.length, soon).toBe(15);
  // The place of before would be behind these.
  await store(16, 25);
  await expect.poll(() => sent.length, soon).toBeGreaterThanOrEqual(25);
  await writtenMore(2);
  expect(sent).toEqual(numbers(1, 25));
});
