/** A process that publishes many alerts for one device at once, and is that device. */
import { readFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";
import { takeOrders } from "../../local/load/orders.ts";
import { comeLast } from "./last-in-turn.ts";
import type { CrowdOrders, CrowdResult } from "./orders.ts";

comeLast();

const settleMs = 60_000;
const orders = await takeOrders<CrowdOrders>();
const ca = readFileSync(orders.caFile);
const [login] = orders.logins;
if (!login) throw new Error("the crowd was given no device");

const arrived: number[] = [];
const device = await connectAsync(orders.urls[0] ?? "", {
  ...{ clientId: login.id, username: login.id, password: login.secret, ca, protocolVersion: 4 },
});
device.on("message", (_topic, payload) => arrived.push(JSON.parse(payload.toString()).crowd));
await device.subscribeAsync(topics.alerts(login.id), { qos: 1 });
const publisher = await connectAsync(orders.upstreamUrl, {
  ...{ clientId: "crowd", username: "publisher", ca, protocolVersion: 5 },
  password: readFileSync(orders.passwordFile, "utf8").trim(),
});
process.send?.("connected");
await new Promise((resolve) => process.once("message", resolve));

const startedMs = performance.now();
for (let crowd = 0; crowd < orders.alerts; crowd++) {
  const alert = { id: `crowd-${crowd}`, crowd, message: "x".repeat(120) };
  publisher.publish(topics.alerts(login.id), JSON.stringify(alert), { qos: 1 });
}
while (arrived.length < orders.alerts && performance.now() - startedMs < settleMs) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const tookMs = Math.round(performance.now() - startedMs);
const inOrder = arrived.length === orders.alerts && arrived.every((n, i) => n === i);
const result: CrowdResult = { arrived: arrived.length, inOrder, tookMs };
process.send?.(result, () => process.exit(0));
