/** Certificates are renewed, or the configuration is changed: one edge leaves after the other. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { edgeTurnsScript } from "../../infra/messaging/edge-turns.ts";
import { ensureCertificates } from "../../local/certificates.ts";
import type { ManagedProcess } from "../../local/managed-process.ts";
import type { Region } from "../../local/region.ts";
import { registerDevice } from "../support/clients.ts";
import { eventually } from "../support/inspection.ts";
import { startTestRegion } from "../support/test-region.ts";

const names = ["edge-1", "edge-2"] as const;
const count = 20;
let region: Region;
const devices: MqttClient[] = [];
const scripts: ChildProcess[] = [];
/** What the scripts have said. */
let said = "";
/** What each edge was started with. */
const configs: string[] = [];

const configOf = (index: number) =>
  join(region.directory, "state/nats", names[index] ?? "", "nats-server.conf");

const stateFileOf = (name: string) => join(region.directory, `${name}-state`);

beforeAll(async () => {
  region = await startTestRegion({ edges: 2, bridges: 0, inspectors: 0, auths: 1 });
  for (const name of names) {
    // The least that nats-server takes; 120 s otherwise.
    const file = configOf(names.indexOf(name));
    const config = readFileSync(file, "utf8");
    configs.push(config.replace('lame_duck_duration: "120s"', 'lame_duck_duration: "30s"'));
    writeFileSync(file, configs.at(-1) ?? "");
    await region.process(name).stop();
    await region.process(name).start();
  }
  for (let i = 0; i < count; i++) devices.push(await connectedDevice(i));
});
afterEach(stopTurns);
afterAll(async () => {
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

function startTurns(index: number, turnSeconds: number): void {
  const at = (name: string) => join(region.directory, `${names[index]}-${name}`);
  writeFileSync(at("pid"), String(region.process(names[index] ?? "").pid));
  const [first, second] = region.layout.edges.map(({ monitor }) => monitor);
  const script = edgeTurnsScript({
    files: [configOf(index), region.certificates.edge.certFile],
    check: `nats-server -t --config "${configOf(index)}"`,
    ...{ pidFile: at("pid"), stateFile: at("state"), ordinal: String(index) },
    monitor: `http://127.0.0.1:$(case "$1" in 0) echo ${first};; 1) echo ${second};; *) echo 1;; esac)`,
    ...{ everySeconds: 1, turnSeconds },
  });
  const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.on("data", (data) => {
    said += data;
  });
  scripts.push(child);
}

/** Ends when both scripts know what there is, so that they see what changes. */
async function startAllTurns(turnSeconds = 600): Promise<void> {
  for (const index of names.keys()) startTurns(index, turnSeconds);
  const stateFiles = names.map(stateFileOf);
  await eventually(
    () => stateFiles.map((file) => (existsSync(file) ? readFileSync(file, "utf8").length : 0)),
    (lengths) => lengths.every((length) => length > 0),
  );
}

async function stopTurns(): Promise<void> {
  for (const script of scripts.splice(0)) {
    script.kill("SIGTERM");
    if (script.exitCode === null) await once(script, "exit");
  }
}

/** What an edge has left for last, or knew when its script began. */
const taken = (index: number) => readFileSync(stateFileOf(names[index] ?? ""), "utf8");

/** The same for both, in place of what was added before. */
function addToConfigs(entry: string): void {
  for (const [index, config] of configs.entries()) {
    writeFileSync(configOf(index), `${config}\n${entry}\n`);
  }
}

const allIn = () =>
  eventually(
    () => devices.filter(({ connected }) => connected).length,
    (all) => all === count,
    60_000,
  );
const gone = (edge: ManagedProcess) =>
  eventually(
    () => edge.running,
    (running) => !running,
    90_000,
  );

/** The first leaves and comes back; the second one only when it is back and all devices are in. */
async function eachTakesItsTurn(): Promise<void> {
  const [first, second] = names.map((name) => region.process(name));
  if (!first || !second) throw new Error("there are two edges");
  let bothGone = false;
  const watch = setInterval(() => (bothGone ||= !first.running && !second.running), 20);
  await gone(first);
  expect(second.running).toBe(true);
  await allIn();
  expect(second.running).toBe(true);
  await first.start();
  await gone(second);
  await allIn();
  await second.start();
  clearInterval(watch);
  expect(bothGone).toBe(false);
}

it("the second edge leaves when the first is back with its renewed certificate and all devices are in", async () => {
  await startAllTurns();
  const other = await ensureCertificates(join(region.directory, "renewed"));
  copyFileSync(other.edge.keyFile, region.certificates.edge.keyFile);
  copyFileSync(other.edge.certFile, region.certificates.edge.certFile);
  await eachTakesItsTurn();
}, 400_000);

it("the same for a changed configuration; and nobody leaves for one that could not be started with", async () => {
  await startAllTurns();
  addToConfigs("max_connections: many");
  await eventually(
    () => said,
    (text) => text.includes("what was changed is not taken"),
    60_000,
  );
  expect(names.map((name) => region.process(name).running)).toEqual([true, true]);
  addToConfigs('server_metadata: { configuration: "another" }');
  await eachTakesItsTurn();
}, 400_000);

it("while half of the devices stay away the second edge waits, for as long as it waits at most", async () => {
  const [first, second] = names.map((name) => region.process(name));
  if (!first || !second) throw new Error("there are two edges");
  const turnSeconds = 60;
  await startAllTurns(turnSeconds);
  await allIn();
  const changedMs = performance.now();
  addToConfigs('server_metadata: { configuration: "a third" }');
  await gone(first);
  await allIn();
  const away = devices.filter((_, index) => index % 2 === 0);
  await Promise.all(away.map((device) => device.endAsync(true)));
  await first.start();
  const backMs = performance.now();
  const before = taken(1);
  await eventually(
    () => taken(1),
    (now) => now !== before,
    (turnSeconds + 30) * 1_000,
  );
  const waitedMs = performance.now() - changedMs;

  // It would have begun to leave with its next look, a second later, had all been in.
  expect(backMs - changedMs).toBeLessThan((turnSeconds - 10) * 1_000);
  expect(waitedMs).toBeGreaterThan((turnSeconds - 1) * 1_000);
  await gone(second);
  await second.start();
  for (const device of away) device.reconnect();
  await allIn();
}, 400_000);
