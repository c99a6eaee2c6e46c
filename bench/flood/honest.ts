/** A process of devices that report once a second, until it is told to stop. */
import { readFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { topics } from "../../app/contract/subjects.ts";
import { takeOrders } from "../../local/load/orders.ts";
import { addressOf, type HonestOrders, type HonestResult } from "./orders.ts";

const orders = await takeOrders<HonestOrders>();
const ca = readFileSync(orders.caFile);
const settleMs = 20_000;
let [sent, acknowledged, disconnected] = [0, 0, 0];
let stopped = false;

const devices = await Promise.all(
  orders.logins.map(({ id, secret }, n) =>
    connectAsync(orders.urls[n % orders.urls.length] ?? "", {
      ...{ clientId: id, username: id, password: secret, ca, protocolVersion: 4 },
      ...{ reconnectPeriod: 1_000, localAddress: addressOf(20, n) },
    }),
  ),
);
for (const device of devices) {
  device.on("error", () => {});
  device.on("close", () => {
    if (!stopped) disconnected++;
  });
}
const timer = setInterval(() => {
  for (const device of devices) {
    sent++;
    const report = JSON.stringify({ event: "heartbeat", n: sent, temperature: 41 });
    device
      .publishAsync(topics.reports(device.options.clientId ?? ""), report, { qos: 1 })
      .then(() => acknowledged++)
      .catch(() => {});
  }
}, 1_000);
process.send?.("reporting");

process.once("message", async () => {
  clearInterval(timer);
  const endMs = performance.now() + settleMs;
  while (acknowledged < sent && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stopped = true;
  const result: HonestResult = { sent, acknowledged, disconnected };
  process.send?.(result, () => process.exit(0));
});
process.once("disconnect", () => process.exit(0));
