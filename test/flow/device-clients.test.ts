/** The examples that device makers are given, as they are, on real client libraries. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subjects } from "../../app/contract/subjects.ts";
import { issueSecret } from "../../app/registry/secret.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { registerDevice } from "../support/clients.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const root = join(import.meta.dirname, "../..");
const examples = join(root, "docs/device-examples");
const soon = { timeout: 60_000, interval: 50 };
let region: Region;
let inspector: NatsConnection;
let reader: NatsConnection;

beforeAll(async () => {
  const { status, stdout, stderr } = spawnSync(join(root, "tools/bootstrap-device-clients.sh"), {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  inspector = await connectAs(region, "inspector");
  reader = await connectAs(region, "report-inspector");
});
afterAll(async () => {
  await Promise.all([inspector?.close(), reader?.close()]);
  await region?.stop();
});

const clients = [
  { name: "paho", command: [join(root, ".tools/paho/bin/python")], file: "device_paho.py" },
  // Into a pipe mosquitto_sub would write when it has some kilobytes.
  { name: "mosquitto", command: ["stdbuf", "-oL", "sh"], file: "mosquitto.sh" },
  { name: "mqttjs", command: [process.execPath], file: "mqttjs.mjs" },
] as const;

function start({ command, file }: (typeof clients)[number], id: string, secret: string) {
  const url = new URL(region.endpoints.edgeUrls[0] ?? "");
  const [program, ...args] = command;
  const child = spawn(program, [...args, join(examples, file)], {
    // A group of its own, that ends with what the example has started.
    detached: true,
    env: {
      ...process.env,
      ...{ DEVICE_ID: id, DEVICE_SECRET: secret },
      ...{ HOST: url.hostname, PORT: url.port, CA_FILE: region.certificates.caFile },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      said += data;
    });
  }
  const ended = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  return { said: () => said, stop };
}

describe.each(clients)("the example for $name", (client) => {
  it("sends its report, subscribes with QoS 1 and gets its alert", async () => {
    const id = `example-${client.name}`;
    const device = start(client, id, await registerDevice(region, id));

    await expect.poll(device.said, soon).toMatch(/subscribed/i);
    inspector.publish(subjects.delivery(id), "door open");
    await inspector.flush();

    await expect.poll(device.said, soon).toContain("alert: door open");
    const reports = async () =>
      (await readStream(reader, "REPORT_INGRESS", `ingress.*.device.${id}`)).map((m) => m.payload);
    await expect.poll(reports, soon).toEqual(['{"reading":21.5}']);
    await device.stop();
  });

  it("says that it is refused, and comes again until it is admitted", async () => {
    const id = `refused-${client.name}`;
    const secret = issueSecret();
    const device = start(client, id, secret);

    await expect.poll(device.said, soon).toMatch(/not authori[sz]ed/i);
    await registerDevice(region, id, secret);
    await expect.poll(device.said, { ...soon, timeout: 60_000 }).toMatch(/subscribed/i);
    await device.stop();
  });
});
