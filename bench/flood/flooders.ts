/**
 * A process of devices that are there, begin all at once to send as fast as they can when they are told to, and
 * come back whenever they are thrown out.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { connect, createSecureContext, type TLSSocket } from "node:tls";
import { topics } from "../../app/contract/subjects.ts";
import { takeOrders } from "../../local/load/orders.ts";
import { packets } from "../../test/support/raw-device.ts";
import { comeLast } from "./last-in-turn.ts";
import { addressOf, type FlooderFound, type FlooderOrders, type Login } from "./orders.ts";

comeLast();

const kinds = [
  { kind: "70 B", payload: "x".repeat(70) },
  { kind: "200 B", payload: "x".repeat(200) },
  { kind: "60 kB", payload: "x".repeat(60_000) },
  // Every escape is tried in every layer, and none is one.
  { kind: "hostile 64 KiB", payload: `%252541${"&a;".repeat(21_843)}` },
];
const turnMs = 20;
/** What one write may hold. */
const writeBytes = 256 * 1024;
const backAgainMs = 500;
const loginLimitMs = 10_000;

const orders = await takeOrders<FlooderOrders>();
const secureContext = createSecureContext({ ca: readFileSync(orders.caFile) });

/** A granted session, or the code with which it was refused; undefined for no answer. */
async function logIn({ id, secret }: Login, n: number): Promise<TLSSocket | number | undefined> {
  const { hostname: host, port } = new URL(orders.urls[n % orders.urls.length] ?? "");
  const localAddress = addressOf(10, n);
  // TLS hands it on to TCP, but its type leaves this one out.
  const place = { host, port: Number(port), localAddress, secureContext };
  const socket = connect(place);
  socket.on("error", () => {});
  const limit = setTimeout(() => socket.destroy(), loginLimitMs);
  const answer = async () => {
    await once(socket, "secureConnect");
    socket.write(packets.connect(id, secret));
    const [bytes] = (await once(socket, "data")) as [Buffer];
    return bytes[3];
  };
  const closed = new Promise<undefined>((resolve) =>
    socket.once("close", () => resolve(undefined)),
  );
  const code = await Promise.race([answer().catch(() => undefined), closed]);
  clearTimeout(limit);
  if (code === 0) return socket.resume();
  socket.destroy();
  return code;
}

const sessions = await Promise.all(orders.logins.map(logIn));
process.send?.("connected");
await once(process, "message");
const endMs = performance.now() + orders.seconds * 1000;

/** Sends until the session or the time is over. @returns how many reports. */
async function flood(socket: TLSSocket, report: Buffer): Promise<number> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const atOnce = Math.max(1, Math.floor(writeBytes / report.length));
  const startedMs = performance.now();
  let sent = 0;
  while (!socket.destroyed && performance.now() < endMs) {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * orders.reportsPerSecond);
    const count = Math.min(due - sent, atOnce);
    if (count <= 0) {
      await delay(turnMs);
      continue;
    }
    sent += count;
    const room = socket.write(Buffer.concat(Array.from({ length: count }, () => report)));
    if (room) await delay(0);
    else await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
  }
  return sent;
}

/** Subscribes and unsubscribes until the session or the time is over. @returns how often. */
async function loop(socket: TLSSocket, topic: string): Promise<number> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const steps = [packets.subscribe(topic, 1), packets.unsubscribe(topic)];
  let done = 0;
  for (; !socket.destroyed && performance.now() < endMs; done++) {
    for (const step of steps) {
      if (socket.destroyed) break;
      socket.write(step);
      await Promise.race([new Promise((resolve) => socket.once("data", resolve)), closed]);
    }
  }
  return done;
}

async function attack(login: Login, n: number): Promise<FlooderFound> {
  const looping = orders.reportsPerSecond === 0;
  const { kind = "", payload = "" } = kinds[n % kinds.length] ?? {};
  const report = packets.publish(topics.reports(login.id), payload);
  const send = (socket: TLSSocket) =>
    looping ? loop(socket, topics.alerts(login.id)) : flood(socket, report);
  let next = sessions[n];
  let [granted, refusedLogins, unanswered, sent, offMs] = [0, 0, 0, 0, 0];
  /** Since when it sends, its returns included, until it is refused. */
  let sinceMs: number | undefined;
  let endedMs = 0;
  /** By the clock that edges have, too. */
  let firstMs: number | undefined;
  while (performance.now() < endMs) {
    const socket = next ?? (await logIn(login, n));
    next = undefined;
    if (typeof socket === "object") {
      granted++;
      sinceMs ??= performance.now();
      firstMs ??= Date.now();
      sent += await send(socket);
      endedMs = performance.now();
      socket.destroy();
    } else if (socket === undefined) unanswered++;
    else {
      refusedLogins++;
      if (sinceMs !== undefined) offMs = Math.max(offMs, endedMs - sinceMs);
      sinceMs = undefined;
    }
    await delay(backAgainMs);
  }
  if (sinceMs !== undefined) offMs = Math.max(offMs, endedMs - sinceMs);
  const counts = { sessions: granted, refusedLogins, unanswered, sent };
  return { id: login.id, kind: looping ? "subscriptions" : kind, ...counts, firstMs, offMs };
}

const results = await Promise.all(orders.logins.map(attack));
process.send?.(results, () => process.exit(0));
