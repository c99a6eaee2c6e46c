import { connect } from "nats";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Link, layLink } from "../../../test/support/local-region.ts";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { subjects } from "../../contract/subjects.ts";
import { createLog } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { AlertSender, NotSettled } from "./alert-sender.ts";

const soon = { timeout: 60_000, interval: 20 };
let server: Awaited<ReturnType<typeof startPlainNats>>;
let link: Link;
let nats: NatsConnection;
let sender: AlertSender;
let again = 0;
const received: string[] = [];

beforeAll(async () => {
  server = await startPlainNats({});
  const { connection } = server;
  connection.subscribe("deliver.*.alerts", {
    callback: (_error, message) => {
      received.push(`${message.subject.split(".")[1]} ${message.string()}`);
    },
  });
  // Where the server knows of an account for alerts, this is a question to JetStream.
  connection.subscribe(subjects.alertStreamInfo, {
    callback: (_error, message) => void message.respond("{}"),
  });
  link = await layLink(Number(connection.getServer().split(":").at(-1)));
  nats = await connect({
    servers: `127.0.0.1:${link.port}`,
    ...{ maxReconnectAttempts: -1, reconnectTimeWait: 50, ignoreClusterUpdates: true },
  });
  const onAgain = (alerts: number) => {
    again += alerts;
  };
  sender = new AlertSender({ nats, onAgain, log: createLog("test", "fatal") });
});
afterAll(async () => {
  sender?.stop();
  await nats?.close();
  await link?.close();
  await server?.stop();
});

const right = { signal: new AbortController().signal, held: () => true, keepsSent: false };
const alert = (client: string, n: number, repeated = false) => ({
  ...{ subject: subjects.alerts(client), payload: String(n), id: `${client}:${n}`, repeated },
});
const send = (client: string, n: number) => sender.send(alert(client, n), right);
const cameTo = (client: string) =>
  received
    .filter((each) => each.startsWith(`${client} `))
    .map((each) => Number(each.split(" ")[1]));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

it("sends each once, in order, and knows when a server has them", async () => {
  for (const n of numbers(50)) await send("calm", n);
  await sender.settled();
  await expect.poll(() => cameTo("calm"), soon).toEqual(numbers(50));
  expect(again).toBe(0);
});

it("loses none with its connection, in order as they came first, and says meanwhile that they have not settled", async () => {
  for (const n of numbers(20)) await send("cut", n);
  link.cut();
  for (let n = 20; n < 40; n++) await send("cut", n);
  await expect(sender.settled()).rejects.toThrow(NotSettled);
  link.mend();
  for (let n = 40; n < 60; n++) await send("cut", n);
  await expect.poll(() => new Set(cameTo("cut")), soon).toEqual(new Set(numbers(60)));
  expect([...new Set(cameTo("cut"))]).toEqual(numbers(60));
  await expect
    .poll(
      () =>
        sender.settled().then(
          () => true,
          () => false,
        ),
      soon,
    )
    .toBe(true);
  expect(again).toBeGreaterThanOrEqual(20);
});

it("waits when a server does not say for thousands of alerts that it has them, and then goes on", async () => {
  link.cut();
  let sent = 0;
  const all = (async () => {
    for (const n of numbers(10_000)) {
      await send("many", n);
      sent++;
    }
  })();
  await expect.poll(() => sent, soon).toBeGreaterThanOrEqual(8_000);
  link.mend();
  await all;
  await expect.poll(() => new Set(cameTo("many")).size, soon).toBe(10_000);
  expect([...new Set(cameTo("many"))]).toEqual(numbers(10_000));
});

it("sends what somebody else has stored, and nothing again that it has sent itself", async () => {
  await send("taken-over", 1);
  for (const n of [1, 2, 3]) await sender.send(alert("taken-over", n, true), right);
  await send("taken-over", 4);
  await expect.poll(() => cameTo("taken-over"), soon).toEqual([1, 2, 3, 4]);
});

it("sends nothing once somebody else has the right", async () => {
  const reason = new Error("taken");
  const over = { signal: AbortSignal.abort(reason), held: () => false, keepsSent: false };
  await expect(sender.send(alert("late", 1), over)).rejects.toBe(reason);
  await sender.settled();
  expect(cameTo("late")).toEqual([]);
});

it("sends nothing once more whose right somebody else has by now, and all of it when it has the right again", async () => {
  let held = true;
  const lost = { ...right, held: () => held };
  await expect.poll(() => sender.isSettled(sender.mark()), soon).toBe(true);
  const before = again;
  link.cut();
  for (const n of numbers(20)) await sender.send(alert("moved", n), lost);
  await send("stayed", 1);
  const mark = sender.mark();
  expect(sender.isSettled(mark)).toBe(false);
  held = false;
  link.mend();
  await expect.poll(() => cameTo("stayed"), soon).toEqual([1]);
  await expect.poll(() => sender.isSettled(mark), soon).toBe(true);
  expect(again - before).toBe(1);
  expect(cameTo("moved")).toEqual([]);
  for (const n of numbers(21)) await sender.send(alert("moved", n, n < 20), right);
  await expect.poll(() => cameTo("moved"), soon).toEqual(numbers(21));
});
