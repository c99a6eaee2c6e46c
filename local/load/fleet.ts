/** A process that is a fleet of devices: each connects by TLS 1.3, gets its alerts and checks them. */
import { createWriteStream, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { connect, type MqttClient } from "mqtt";
import { nowMs, timestamp } from "../../app/contract/headers.ts";
import { topics } from "../../app/contract/subjects.ts";
import { DeliveryLedger } from "./delivery-ledger.ts";
import { LatencyHistogram, summarise } from "./latency-histogram.ts";
import { parseSimulatedAlert, runOf, simulatedReport } from "./messages.ts";
import { takeOrders } from "./orders.ts";
import type { FleetCommand, FleetOrders, FleetState } from "./protocol.ts";
import { reportRegularly } from "./reporting.ts";

const orders = await takeOrders<FleetOrders>();
const ca = readFileSync(orders.caFile);
/** Made once: a context of its own for each device would parse the CA a thousand times. */
const sharedContext = createSecureContext({ ca });
const ledger = new DeliveryLedger();
const latency = new LatencyHistogram();
const recent = new LatencyHistogram();
const byRun = new Map<string, LatencyHistogram>();
const receipts = orders.receiptsFile ? createWriteStream(orders.receiptsFile) : undefined;
const devices: MqttClient[] = [];
let connected = 0;
let subscribed = 0;
let refused = 0;
let reports = 0;
let attacks = 0;
let earlier = 0;

type Credentials =
  | { readonly id: string; readonly secret: string }
  | { readonly id: string; readonly certificate: string; readonly key: string };

/** How a device proves who it is. */
function proofOf(device: Credentials) {
  if ("secret" in device) {
    return { username: device.id, password: device.secret, secureContext: sharedContext };
  }
  const { certificate: cert, key } = device;
  return { secureContext: createSecureContext({ ca, cert, key }) };
}

/** Without one of these a device comes back to where it was. */
function serversOf(url: string) {
  if (orders.elsewhere.length === 0) return {};
  const servers = [url, ...orders.elsewhere].map((each) => {
    const { hostname: host, port } = new URL(each);
    return { host, port: Number(port), protocol: "mqtts" as const };
  });
  return { servers };
}

function startDevice(index: number, credentials: Credentials): void {
  const { id } = credentials;
  const url = orders.urls[index % orders.urls.length];
  if (url === undefined) throw new Error("the fleet was given no edge");
  const device = connect(url, {
    clientId: id,
    ...proofOf(credentials),
    ...serversOf(url),
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 1_000,
    connectTimeout: 15_000,
    resubscribe: false,
  });
  devices.push(device);
  device.on("connect", () => {
    connected++;
    // What device SDKs ask for unless they are told otherwise.
    device.subscribe(topics.alerts(id), { qos: 1 }, (error, grants) => {
      if (error || grants?.[0]?.qos === 128) refused++;
      else subscribed++;
    });
  });
  device.on("close", () => {
    if (connected > 0) connected--;
  });
  device.on("error", () => refused++);
  device.on("message", (topic, payload) => receive(id, topic, payload));
}

function receive(id: string, topic: string, payload: Buffer): void {
  const alert = parseSimulatedAlert(payload);
  if (alert?.client === id && !runOf(alert).startsWith(orders.session)) {
    earlier++;
    return;
  }
  const due = alert && topic === topics.alerts(id) ? { ...alert, run: runOf(alert) } : undefined;
  ledger.receive(id, due);
  if (!alert) return;
  const now = nowMs();
  receipts?.write(`${alert.id} ${timestamp(now)}\n`);
  const ms = now - alert.sentAt;
  latency.record(ms);
  recent.record(ms);
  histogramOf(runOf(alert)).record(ms);
}

function histogramOf(run: string): LatencyHistogram {
  const histogram = byRun.get(run) ?? new LatencyHistogram();
  byRun.set(run, histogram);
  return histogram;
}

function state(): FleetState {
  return {
    connected,
    subscribed,
    refused,
    reports,
    attacks,
    earlier,
    ...ledger.counts(),
    recent: summarise(recent),
    latency: summarise(latency),
    byRun: Object.fromEntries([...byRun].map(([run, each]) => [run, summarise(each)])),
  };
}

function sendReport(): void {
  const device = devices[reports % devices.length];
  if (!device?.connected) return;
  const { payload, attack } = simulatedReport(reports, orders.attackEvery);
  reports++;
  if (attack) attacks++;
  device.publish(topics.reports(device.options.clientId ?? ""), payload, { qos: 1 });
}

process.on("message", (command: FleetCommand) => {
  if (command.kind === "measure") {
    latency.reset();
    recent.reset();
    byRun.clear();
  } else if (command.kind === "report") {
    if (orders.reportRate > 0) setInterval(sendReport, 1000 / orders.reportRate);
  } else {
    process.send?.({
      ...state(),
      answer: true,
      missing: ledger.missing(command.sequences, command.run),
    });
  }
});
process.on("disconnect", () => process.exit(0));
reportRegularly(() => {
  process.send?.(state());
  recent.reset();
});

const lines = readFileSync(orders.certificatesFile ?? orders.credentialsFile, "utf8")
  .trimEnd()
  .split("\n");
for (const [index, line] of lines.slice(0, orders.devices).entries()) {
  startDevice(index, JSON.parse(line));
  // One by one: devices do not log in by the dozen at the same moment.
  await delay(1_000 / orders.connectRate);
}
