/** `make profile`: what an alert, a login and doing nothing cost, by process and by kind of work. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { startLoad } from "../local/load/load.ts";
import type { ManagedProcess } from "../local/managed-process.ts";
import { processSeconds } from "../local/processor-time.ts";
import { ProcessorWatch } from "../local/processor-watch.ts";
import { type Region, startRegion } from "../local/region.ts";
import { wholeRegion } from "../local/region-options.ts";
import { profileServer } from "./profile/go-profile.ts";
import { goKinds, kindOf, nodeKinds, type Sample, timeBy } from "./profile/kinds.ts";
import { profileNode } from "./profile/node-profile.ts";
import { profilePage, type RoleCost, type Work } from "./profile/report.ts";

const options = new Command("make profile")
  .usage('ARGS="[options]"')
  .description(
    "Where the processor time of an alert and of a login goes. Needs Go for the servers.",
  )
  .option("--rate <n>", "alerts a second", "600")
  .option("--devices <n>", "TLS devices", "1000")
  .option("--connect-rate <n>", "devices that connect in a second", "70")
  .option("--seconds <n>", "how long each stretch is: idle, alerts, alerts profiled", "15")
  .option("--out <file>", "where the figures go", "bench/profile.md")
  .parse()
  .opts<Record<"rate" | "devices" | "connectRate" | "seconds" | "out", string>>();

const rate = Number(options.rate);
const devices = Number(options.devices);
const connectRate = Number(options.connectRate);
const seconds = Number(options.seconds);
const settleMs = 5_000;
const directory = resolve(".local/profile");
const progress = (line: string) => process.stderr.write(`\x1b[2m[profile]\x1b[0m ${line}\n`);

const roleOf = ({ name }: ManagedProcess) => name.replace(/-\d+$/, "");
const servers: readonly string[] = ["core", "edge"];
/** Not ours, and no profiler of theirs. */
const opaque: readonly string[] = ["mosquitto", "dynamodb", "s3"];

/** Processor seconds by role, and when. */
interface Reading {
  readonly atMs: number;
  readonly seconds: ReadonlyMap<string, number>;
}

function read(region: Region): Reading {
  const all = new Map<string, number>();
  for (const each of region.processes) {
    const used = each.pid === undefined ? 0 : processSeconds(each.pid);
    all.set(roleOf(each), (all.get(roleOf(each)) ?? 0) + used);
  }
  return { atMs: performance.now(), seconds: all };
}

/** Seconds between two readings, and what a role used in them. */
function between(from: Reading, to: Reading) {
  const used = (role: string) => (to.seconds.get(role) ?? 0) - (from.seconds.get(role) ?? 0);
  return { seconds: (to.atMs - from.atMs) / 1_000, used };
}

async function profiled(region: Region): Promise<Map<string, Work>> {
  const sampled = new Map<string, Sample[]>();
  await Promise.all(
    region.processes.map(async (each) => {
      const role = roleOf(each);
      if (opaque.includes(role)) return;
      const samples = servers.includes(role)
        ? await profileServer(each, { seconds, file: join(directory, `${each.name}.pprof`) })
        : await profileNode(each, seconds);
      sampled.set(role, [...(sampled.get(role) ?? []), ...samples]);
    }),
  );
  const workOf = ([role, samples]: [string, Sample[]]): [string, Work] => {
    const kinds = servers.includes(role) ? goKinds : nodeKinds;
    const work = {
      kinds: timeBy(samples, (stack) => kindOf(stack, kinds)),
      functions: timeBy(samples, ([innermost = ""]) => innermost),
    };
    return [role, work];
  };
  return new Map([...sampled].map(workOf));
}

async function measure(region: Region): Promise<string> {
  await delay(settleMs);
  const idleFrom = read(region);
  await delay(seconds * 1_000);
  const idle = between(idleFrom, read(region));
  // It says so when the devices are registered, and when all of them are connected.
  const readings: Reading[] = [];
  const load = await startLoad(region, {
    devices,
    rate,
    connectRate,
    onProgress: () => readings.push(read(region)),
  });
  const watch = new ProcessorWatch({
    region: () => region.processes.flatMap(({ pid }) => pid ?? []),
    load: () => [...load.pids],
  });
  try {
    const [loginsFrom = idleFrom, loginsTo = loginsFrom] = readings;
    const logins = between(loginsFrom, loginsTo);
    await delay(settleMs);
    watch.begin();
    const from = { reading: read(region), delivered: load.state().fleet.delivered };
    await delay(seconds * 1_000);
    const alerts = load.state().fleet.delivered - from.delivered;
    const flowing = between(from.reading, read(region));
    const { others, steal, queue } = watch.shares();
    progress(`${alerts} alerts measured; profiling`);
    const work = await profiled(region);
    const roles = [...from.reading.seconds.keys()].map((role): RoleCost => {
      const idlePart = idle.used(role) / idle.seconds;
      return {
        role,
        idle: idlePart,
        msPerAlert: (flowing.used(role) * 1_000) / alerts,
        msPerLogin: ((logins.used(role) - idlePart * logins.seconds) * 1_000) / devices,
        work: work.get(role),
      };
    });
    return profilePage({
      date: new Date().toISOString().slice(0, 16),
      machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
      load: `others used ${Math.round(100 * others)} % of the machine, ${Math.round(100 * steal)} % was stolen, ${queue.toFixed(1)} threads ran or waited`,
      alertsPerSecond: alerts / flowing.seconds,
      loginsPerSecond: devices / logins.seconds,
      devices,
      roles,
    });
  } finally {
    watch.stop();
    load.abort();
  }
}

mkdirSync(directory, { recursive: true });
const region = await startRegion({
  ...wholeRegion,
  directory,
  fresh: true,
  logLevel: "warn",
  profiled: true,
  onProgress: progress,
});
try {
  const page = await measure(region);
  writeFileSync(options.out, page);
  process.stdout.write(page);
} finally {
  await region.stop();
}
rmSync(directory, { recursive: true, force: true });
process.exit(0);
