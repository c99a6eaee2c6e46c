/** How long a session lives on after its device was suspended, in its region and in another one. */
import { writeFileSync } from "node:fs";
import Table from "cli-table3";
import { Command } from "commander";
import { changeReader } from "../app/contract/peers.ts";
import type { RegionName } from "../app/contract/regions.ts";
import { DeviceRegistry } from "../app/registry/device-registry.ts";
import { noJournal } from "../app/registry/registry-change.ts";
import { tellChange } from "../app/registry/tell-change.ts";
import { TellingJournal } from "../app/registry/telling-journal.ts";
import { jetstream } from "../app/shared/nats.ts";
import { emulatorClient } from "../local/device-table.ts";
import { deviceTable } from "../local/endpoints.ts";
import { LatencyHistogram, summarise } from "../local/load/latency-histogram.ts";
import { ms } from "../local/view/format.ts";
import { startAuthProcess } from "../test/support/auth-process.ts";
import { connectDevice, registerDevice } from "../test/support/clients.ts";
import { type LinkedRegions, startLinkedRegions } from "../test/support/linked-regions.ts";
import { connectAs } from "../test/support/stored.ts";
import { thisMachine } from "./machine.ts";

const options = new Command("node bench/revocation.ts")
  .description("From the write that suspends a device to the end of its session.")
  .option("--devices <n>", "devices suspended in each region, one after the other", "100")
  .option("--json <file>", "where the figures go", "bench/revocation-results.json")
  .parse()
  .opts<{ devices: string; json: string }>();

const home: RegionName = "us-east";
const away: RegionName = "eu-west";
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

function startAuth(regions: LinkedRegions, [name, peer]: readonly [RegionName, RegionName]) {
  const region = regions.of(name);
  return startAuthProcess(region, {
    // One table for both, as a global table is one for its devices.
    DYNAMODB_ENDPOINT: regions.of(home).endpoints.dynamodbUrl,
    PEER_PASSWORD_FILES: `${peer}=${region.secrets.passwordFile(changeReader(peer))}`,
    SWEEP_SECONDS: "7200",
  });
}

/** The registry as `sentinel` has it, but for the audit, whose announcement comes before the write. */
async function tellingRegistry(regions: LinkedRegions) {
  const operator = await connectAs(regions.of(home), "operator");
  const client = emulatorClient(regions.of(home).layout);
  const tell = tellChange(jetstream(operator));
  const journal = new TellingJournal({ journal: noJournal, tell, patienceMs: 10_000 });
  const registry = new DeviceRegistry({ client, table: deviceTable, journal });
  const close = async () => {
    client.destroy();
    await operator.close();
  };
  return { registry, close };
}

interface Measuring {
  readonly regions: LinkedRegions;
  readonly registry: DeviceRegistry;
  readonly name: RegionName;
  readonly devices: number;
}

async function measure({ regions, registry, name, devices }: Measuring) {
  const latencies = new LatencyHistogram();
  for (let i = 0; i < devices; i++) {
    const clientId = `${name}-${devices}-${i}`;
    const password = await registerDevice(regions.of(home), clientId);
    const { client } = await connectDevice(regions.of(name), { clientId, password });
    const ended = new Promise<number>((resolve) => {
      client.on("close", () => resolve(performance.now()));
    });
    const begun = performance.now();
    await registry.suspend(clientId, { actor: "bench", nowMs: Date.now() });
    latencies.record((await ended) - begun);
  }
  return summarise(latencies);
}

async function run(regions: LinkedRegions) {
  const { registry, close } = await tellingRegistry(regions);
  const devices = Number(options.devices);
  const of = (name: RegionName, count = devices) =>
    measure({ regions, registry, name, devices: count });
  progress("waiting for the link between them");
  await of(away, 1);
  progress(`suspending ${devices} devices in each`);
  const results = { "same region": await of(home), "another region": await of(away) };
  await close();
  return results;
}

progress("starting two regions");
const regions = await startLinkedRegions([home, away], {
  ...{ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 0 },
});
const auths = await Promise.all([
  startAuth(regions, [home, away]),
  startAuth(regions, [away, home]),
]);
const results = await run(regions).finally(async () => {
  await Promise.all(auths.map((auth) => auth.stop()));
  await regions.stop();
});

const head = ["suspended in", "sessions", "P50 ms", "P99 ms", "max ms"];
const table = new Table({ head, style: { head: ["bold"], border: ["dim"], compact: true } });
for (const [where, { count, p50, p99, max }] of Object.entries(results)) {
  table.push([where, count, ms(p50), ms(p99), ms(max)]);
}
process.stdout.write(`${table.toString()}\n`);
const machine = thisMachine;
writeFileSync(
  options.json,
  `${JSON.stringify({ date: new Date().toISOString(), machine, results }, null, 2)}\n`,
);
