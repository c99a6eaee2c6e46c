/** Devices that subscribe with QoS 1, as most libraries do, all at once: who is granted it, and who gets alerts. */
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { startLoad } from "../local/load/load.ts";
import { ms } from "../local/view/format.ts";
import { mqttStream } from "../test/support/mqtt-streams.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { thisMachine } from "./machine.ts";

const options = new Command("node bench/subscribers.ts")
  .description("Many devices with QoS 1: grants, consumers that they cost, and an alert for each.")
  .option("--devices <n>", "devices, each with a TLS connection of its own", "5000")
  .option("--connect-rate <n>", "devices that connect in a second", "100")
  .option("--rate <n>", "alerts a second, to one device after the other", "600")
  .option("--json <file>", "where the figures go", "bench/subscribers-results.json")
  .parse()
  .opts<Record<"devices" | "connectRate" | "rate" | "json", string>>();

const [devices, rate] = [Number(options.devices), Number(options.rate)];
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

const region = await startTestRegion();
try {
  const connectRate = Number(options.connectRate);
  const load = await startLoad(region, { devices, rate, connectRate, onProgress: progress });
  // Everybody's turn has come twice by then.
  while (load.state().publisher.acknowledged < 2 * devices) await delay(100);
  const consumers = async (name: string) => (await mqttStream(region, name)).consumer_count;
  const made = { msgs: await consumers("$MQTT_msgs"), out: await consumers("$MQTT_out") };
  const { lost, fleet, publisher } = await load.finish(120_000);
  const result = {
    date: new Date().toISOString(),
    machine: thisMachine,
    ...{ devices, rate, connectRate },
    granted: fleet.subscribed,
    refused: fleet.refused,
    connectedAtTheEnd: fleet.connected,
    consumers: made,
    alerts: { acknowledged: publisher.acknowledged, delivered: fleet.delivered, lost },
    latency: fleet.latency,
  };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  process.stdout.write(
    `${fleet.subscribed} of ${devices} granted, ${fleet.refused} refused; consumers ${made.msgs} and ${made.out}; ` +
      `${fleet.delivered} delivered, ${lost} lost; P50 ${ms(fleet.latency.p50)}, P99 ${ms(fleet.latency.p99)}\n`,
  );
} finally {
  await region.stop();
}
