/**
 * Authentication alone: callouts are asked straight over NATS, as nats-server asks them, so that the
 * servers' own cost of a connection is not in the way. Beside it, Mosquitto with a password file.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { ms, whole } from "../local/view/format.ts";
import { checksOf } from "./auth-checks.ts";
import { emulatorReads, loadDevices } from "./auth-devices.ts";
import { caller, prepareGround } from "./auth-ground.ts";
import { type MosquittoLogins, mosquittoLogins } from "./auth-mosquitto.ts";
import {
  type Bench,
  coldStart,
  passed,
  risingRates,
  type Scenario,
  targetP99Ms,
  troubles,
} from "./auth-scenarios.ts";
import { thisMachine } from "./machine.ts";

const options = new Command("node bench/auth.ts")
  .description("Decisions of one auth process, its cold start, and DynamoDB slow, mute and gone.")
  .option("--devices <n>", "devices in the table; a million take the emulator minutes", "100000")
  .option("--rates <list>", "logins a second of each step", "1000,2000,3000,4000,5000,6000,7000")
  .option("--seconds <n>", "length of a step", "5")
  .option("--json <file>", "where the figures go", "bench/auth-results.json")
  .parse()
  .opts<{ devices: string; rates: string; seconds: string; json: string }>();

const directory = resolve(".local/bench-auth");
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);
const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

function said({ name, crowds, process: { readCalls } }: Scenario): string {
  const parts = Object.entries(crowds).map(
    ([crowd, { asked, admitted, latency }]) =>
      `${crowd} ${admitted} of ${asked} admitted, P99 ${ms(latency.p99)} ms`,
  );
  return `${name}: ${parts.join("; ")}; ${readCalls} reads`;
}

function scenarioTable(scenarios: readonly Scenario[]): string {
  const outcomes = ["admitted", "refused", "come again", "unanswered"];
  const ofProcess = ["cache hits", "DynamoDB calls", "ids read", "CPU ms each"];
  const table = new Table({
    head: ["", "who", "asked/s", ...outcomes, "P50 ms", "P99 ms", "max ms", ...ofProcess],
    style: { head: ["bold"], border: ["dim"], compact: true },
  });
  for (const { name, seconds, crowds, process: figures } of scenarios) {
    for (const [i, [crowd, result]] of Object.entries(crowds).entries()) {
      const { admitted, refused, unavailable, unanswered, latency } = result;
      const { hitRatio, readCalls, idsRead, cpuMsPerDecision } = figures;
      const own = [percent(hitRatio), readCalls, idsRead, cpuMsPerDecision.toFixed(2)];
      table.push([
        ...[i === 0 ? name : "", crowd, whole(result.asked / seconds)],
        ...[admitted, refused, unavailable, unanswered].map(whole),
        ...[ms(latency.p50), ms(latency.p99), ms(latency.max)],
        ...(i === 0 ? own : ["", "", "", ""]),
      ]);
    }
  }
  return table.toString();
}

async function run(bench: Omit<Bench, "server">) {
  const { ground, devices } = bench;
  const server = await ground.connectAs(caller);
  const loadSeconds = await loadDevices(ground.dynamodb, devices, (done) => {
    if (done % 20_000 === 0) progress(`${whole(done)} devices loaded`);
  });
  const emulatorIdsPerSecond = await emulatorReads(ground.dynamodb, devices);
  progress(
    `${whole(devices)} devices loaded in ${loadSeconds.toFixed(0)} s; the emulator reads ${whole(emulatorIdsPerSecond)} ids/s`,
  );
  await ground.emulatorRests();
  const all: Bench = { ...bench, server };
  const cold = await coldStart(all);
  const steps = await risingRates(all);
  const trouble = await troubles(all);
  await server.close();
  return { loadSeconds, emulatorIdsPerSecond, cold, steps, trouble };
}

function mosquittoLine({ users, loginsPerSecond, latency, refused }: MosquittoLogins): string {
  return `Mosquitto, password file of ${whole(users)}: ${whole(loginsPerSecond)} logins/s, P50 ${ms(latency.p50)} ms, P99 ${ms(latency.p99)} ms, ${refused} refused (with the TCP connection, without TLS)`;
}

rmSync(directory, { recursive: true, force: true });
const seconds = Number(options.seconds);
const ground = await prepareGround(directory);
const { loadSeconds, emulatorIdsPerSecond, cold, steps, trouble } = await run({
  ground,
  devices: Number(options.devices),
  seconds,
  rates: options.rates.split(",").map(Number),
  onScenario: (scenario) => progress(said(scenario)),
}).finally(() => ground.stop());
const mosquitto = await mosquittoLogins(join(directory, "mosquitto"), { users: 10_000, seconds });
const highest = steps.findLast(passed);
const checks = checksOf({ cold, steps, trouble, mosquitto });
const result = {
  date: new Date().toISOString(),
  machine: thisMachine,
  devices: Number(options.devices),
  loadSeconds: Math.round(loadSeconds),
  emulatorIdsPerSecond,
  highestRate: highest ? Math.round((highest.crowds["known"]?.asked ?? 0) / seconds) : null,
  scenarios: [cold, ...steps, ...trouble],
  mosquitto,
  checks,
};
process.stdout.write(`${scenarioTable(result.scenarios)}\n`);
process.stdout.write(
  `highest rate at which all are admitted with P99 < ${targetP99Ms} ms: ${whole(result.highestRate ?? 0)}/s\n`,
);
process.stdout.write(
  `the emulator reads ${whole(emulatorIdsPerSecond)} ids/s at most: what a cold start waits for here\n`,
);
process.stdout.write(`${mosquittoLine(mosquitto)}\n`);
for (const { what, holds } of checks)
  process.stdout.write(`${holds ? "holds" : "BROKEN"}: ${what}\n`);
writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
rmSync(directory, { recursive: true, force: true });
const sound = highest !== undefined && checks.every(({ holds }) => holds);
process.exit(sound ? 0 : 1);
