/** The certificate that devices are shown is renewed: one edge leaves after the other. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { edgeTurnsScript } from "../../infra/messaging/edge-turns.ts";
import { ensureCertificates } from "../../local/certificates.ts";
import type { Region } from "../../local/region.ts";
import { registerDevice } from "../support/clients.ts";
import { eventually } from "../support/inspection.ts";
import { startTestRegion } from "../support/test-region.ts";

const names = ["edge-1", "edge-2"] as const;
const count = 20;
let region: Region;
const devices: MqttClient[] = [];
const scripts: ChildProcess[] = [];

beforeAll(async () => {
  region = await startTestRegion({ edges: 2, bridges: 0, inspectors: 0, auths: 1 });
  for (const name of names) {
    // The least that nats-server takes; 120 s otherwise.
    const file = join(region.directory, "state/nats", name, "nats-server.conf");
    const config = readFileSync(file, "utf8");
    writeFileSync(file, config.replace('lame_duck_duration: "120s"', 'lame_duck_duration: "30s"'));
    await region.process(name).stop();
    await region.process(name).start();
  }
  for (let i = 0; i < count; i++) devices.push(await connectedDevice(i));
});
afterAll(async () => {
  for (const script of scripts) {
    script.kill("SIGTERM");
    if (script.exitCode === null) await once(script, "exit");
  }
  await Promise.all(devices.map((device) => device.endAsync(true)));
  await region?.stop();
});

/** Comes back at whichever edge takes it, as behind a load balancer. */
async function connectedDevice(index: number): Promise<MqttClient> {
  const clientId = `turn-${index}`;
  const password = await registerDevice(region, clientId);
  const servers = region.layout.edges.map(({ mqtt: port }) => ({ host: "127.0.0.1", port }));
  if (index % 2 === 1) servers.reverse();
  return connectAsync({
    ...{ clientId, username: clientId, password, servers, protocol: "mqtts", protocolVersion: 4 },
    ...{ rejectUnauthorized: false, reconnectPeriod: 200 },
  });
}

function startTurns(index: number): void {
  const at = (name: string) => join(region.directory, `${names[index]}-${name}`);
  writeFileSync(at("pid"), String(region.process(names[index] ?? "").pid));
  const [first, second] = region.layout.edges.map(({ monitor }) => monitor);
  const script = edgeTurnsScript({
    files: [region.certificates.edge.certFile],
    ...{ pidFile: at("pid"), stateFile: at("state"), ordinal: String(index) },
    monitor: `http://127.0.0.1:$(case "$1" in 0) echo ${first};; 1) echo ${second};; *) echo 1;; esac)`,
    ...{ everySeconds: 1, turnSeconds: 600 },
  });
  scripts.push(spawn("sh", ["-c", script], { stdio: "ignore" }));
}

it("the second edge leaves when the first is back and all devices are in", async () => {
  for (const index of names.keys()) startTurns(index);
  const stateFiles = names.map((name) => join(region.directory, `${name}-state`));
  await eventually(
    () => stateFiles.map((file) => readFileSync(file, "utf8").length),
    (lengths) => lengths.every((length) => length > 0),
  );
  const other = await ensureCertificates(join(region.directory, "renewed"));
  copyFileSync(other.edge.keyFile, region.certificates.edge.keyFile);
  copyFileSync(other.edge.certFile, region.certificates.edge.certFile);

  const [first, second] = names.map((name) => region.process(name));
  if (!first || !second) throw new Error("there are two edges");
  let bothGone = false;
  const watch = setInterval(() => (bothGone ||= !first.running && !second.running), 20);
  await eventually(
    () => first.running,
    (running) => !running,
    60_000,
  );
  expect(second.running).toBe(true);
  await eventually(
    () => devices.filter(({ connected }) => connected).length,
    (all) => all === count,
  );
  expect(second.running).toBe(true);
  await first.start();
  await eventually(
    () => second.running,
    (running) => !running,
    60_000,
  );
  await eventually(
    () => devices.filter(({ connected }) => connected).length,
    (all) => all === count,
  );
  await second.start();
  clearInterval(watch);
  expect(bothGone).toBe(false);
});
