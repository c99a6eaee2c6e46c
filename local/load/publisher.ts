/** A process that publishes simulated alerts to the upstream broker at a steady rate. */
import { nowMs } from "../../app/contract/headers.ts";
import { simulatedAlert } from "./messages.ts";
import { takeOrders } from "./orders.ts";
import type { PublisherCommand, PublisherOrders, PublisherState } from "./protocol.ts";
import { reportRegularly } from "./reporting.ts";
import { acknowledgedSender, confirmedSender } from "./sender.ts";

const tickMs = 10;
/** An unacknowledged publish is given up on after this long, when the run ends. */
const settleLimitMs = 60_000;

const orders = await takeOrders<PublisherOrders>();
const sequences = new Map<string, number>();
/** What is on its way, and what was given up: nothing was promised of it. */
const unacknowledged = new Map<string, Set<number>>();
let sent = 0;
let acknowledged = 0;
let failed = 0;

const state = (): PublisherState => ({ sent, acknowledged, failed });
const report = (message: PublisherState) => process.send?.(message);

const { journal } = orders;
const sender =
  journal === undefined ? await acknowledgedSender(orders) : await confirmedSender(orders, journal);

function publishNext(): void {
  const client = orders.clients[sent % orders.clients.length];
  if (client === undefined) throw new Error("the publisher was given no clients");
  const sequence = (sequences.get(client) ?? 0) + 1;
  sequences.set(client, sequence);
  openOf(client).add(sequence);
  const { quoteEvery } = orders;
  const alert = simulatedAlert(orders.run, sent, { client, sequence, sentAt: nowMs(), quoteEvery });
  sent++;
  sender
    .send(alert)
    .then(() => {
      acknowledged++;
      openOf(client).delete(sequence);
    })
    .catch(() => failed++);
}

function openOf(client: string): Set<number> {
  const open = unacknowledged.get(client) ?? new Set();
  unacknowledged.set(client, open);
  return open;
}

const started = performance.now();
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - started) / 1000) * orders.rate);
  while (sent < due) publishNext();
}, tickMs);
const endReports = reportRegularly(() => report(state()));

/** Whoever gave the orders is gone. */
const abandon = () => process.exit(0);
process.once("disconnect", abandon);

async function finish(): Promise<void> {
  clearInterval(timer);
  const deadline = Date.now() + settleLimitMs;
  while (acknowledged + failed < sent && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  endReports();
  await sender.end();
  report({
    ...state(),
    sequences: [...sequences].map(([client, last]) => [client, last, [...openOf(client)]] as const),
  });
  process.off("disconnect", abandon);
  process.disconnect();
}

process.on("message", (command: PublisherCommand) => {
  if (command.kind === "stop") void finish();
});
