/** `make bench`: the highest rate without loss, and where the time goes, beside the floor and Mosquitto alone. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { createLog } from "../app/shared/log.ts";
import { connectNats, type NatsConnection } from "../app/shared/nats.ts";
import { scrape } from "../app/shared/process-metrics.ts";
import { type LoadOptions, startLoad, startLoadOn } from "../local/load/load.ts";
import type { ManagedProcess } from "../local/managed-process.ts";
import { type Region, startRegion } from "../local/region.ts";
import { defaultSyncInterval, wholeRegion } from "../local/region-options.ts";
import { ms, whole } from "../local/view/format.ts";
import { stageFigures } from "../local/view/stage-figures.ts";
import { startFloor } from "./floor.ts";
import { type FloorStep, runFloorStep } from "./floor-step.ts";
import { thisMachine } from "./machine.ts";
import { startMosquittoAlone } from "./mosquitto-alone.ts";
import {
  comparisonTable,
  highestRates,
  type RegionStep,
  rateTable,
  stageTable,
} from "./rate-tables.ts";
import { runStep, type Step } from "./run-step.ts";
import { nextAlertSequence, stageLatencies } from "./stage-latency.ts";

const options = new Command("make bench")
  .usage('ARGS="[options]"')
  .description(
    "Raises the rate step by step until delivery no longer keeps up, then the same on the floor (two replicated\nstreams and a minimal program between them) and on Mosquitto alone.",
  )
  .option("--rates <list>", "alerts a second of each step", "600,1000,1500,2000,3000,4000,6000")
  .option("--seconds <n>", "length of a step", "10")
  .option("--devices <n>", "TLS devices", "1000")
  .option("--sync-interval <when>", "when nats-server forces messages to disk", defaultSyncInterval)
  .option("--json <file>", "where the figures go", "bench/results.json")
  .parse()
  .opts<{ rates: string; seconds: string; devices: string; syncInterval: string; json: string }>();

const rates = options.rates.split(",").map(Number);
const seconds = Number(options.seconds);
const devices = Number(options.devices);
const warmUpSeconds = 3;
const directory = resolve(".local/bench");
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

function connectOperator(region: Region): Promise<NatsConnection> {
  const settings = {
    servers: region.endpoints.natsServers,
    user: "operator",
    passwordFile: region.secrets.passwordFile("operator"),
    caFile: region.certificates.caFile,
  };
  return connectNats(settings, "bench", createLog("bench", "error"));
}

const pidsOf = (processes: readonly ManagedProcess[]) => processes.flatMap(({ pid }) => pid ?? []);

const said = (step: Step) =>
  `${whole(step.rate)}/s: ${whole(step.deliveredPerSecond)}/s delivered, ${step.lost} lost, P99 ${ms(step.delivery.p99)} ms${step.sustained ? "" : " (not sustained)"}`;

async function benchRegion(): Promise<{ steps: RegionStep[]; authP50: unknown; authP99: unknown }> {
  const { syncInterval } = options;
  const region = await startRegion({
    ...wholeRegion,
    directory,
    fresh: true,
    syncInterval,
    logLevel: "warn",
  });
  const operator = await connectOperator(region);
  const steps: RegionStep[] = [];
  try {
    for (const rate of rates) {
      const receiptsFile = join(directory, `receipts-${rate}.txt`);
      const from = await nextAlertSequence(operator);
      const load: LoadOptions = { devices, rate, receiptsFile, warmUpSeconds };
      const started = await startLoad(region, load);
      const sinceMs = Date.now() + warmUpSeconds * 1000;
      const pids = pidsOf(region.processes);
      const step = await runStep(started, { rate, seconds, warmUpSeconds, pids });
      steps.push({
        ...step,
        stages: await stageLatencies(operator, receiptsFile, { from, sinceMs }),
      });
      progress(said(step));
      if (!step.sustained) break;
    }
    const { authP50, authP99 } = stageFigures(await scrape(region.endpoints.processUrls.values()));
    return { steps, authP50, authP99 };
  } finally {
    await operator.close();
    await region.stop();
  }
}

async function benchMosquitto(): Promise<Step[]> {
  const { target, broker } = await startMosquittoAlone(join(directory, "alone"), devices);
  const steps: Step[] = [];
  try {
    for (const rate of rates) {
      const load = await startLoadOn(target, { devices, rate, warmUpSeconds });
      const step = await runStep(load, { rate, seconds, warmUpSeconds, pids: pidsOf([broker]) });
      steps.push(step);
      progress(`Mosquitto alone ${said(step)}`);
      if (!step.sustained) break;
    }
    return steps;
  } finally {
    await broker.stop();
  }
}

async function benchFloor(): Promise<FloorStep[]> {
  const floor = await startFloor(join(directory, "floor"), options.syncInterval);
  const steps: FloorStep[] = [];
  try {
    for (const rate of rates) {
      const step = await runFloorStep(floor, { rate, seconds, warmUpSeconds });
      steps.push(step);
      const { deliveredPerSecond, delivery, sustained } = step;
      progress(
        `floor ${whole(rate)}/s: ${whole(deliveredPerSecond)}/s delivered, P99 ${ms(delivery.p99)} ms${sustained ? "" : " (not sustained)"}`,
      );
      if (!sustained) break;
    }
    return steps;
  } finally {
    await floor.stop();
  }
}

mkdirSync(directory, { recursive: true });
const region = await benchRegion();
const floor = await benchFloor();
const mosquittoAlone = await benchMosquitto();
const measured = { region: region.steps, floor, mosquittoAlone };
const highest = region.steps.findLast((step) => step.sustained);
const result = {
  date: new Date().toISOString(),
  machine: {
    ...thisMachine,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
  },
  devices,
  syncInterval: options.syncInterval,
  highestSustainedRate: highest?.rate ?? null,
  authMs: { p50: region.authP50, p99: region.authP99 },
  ...measured,
};
process.stdout.write(`${rateTable(region.steps)}\n${comparisonTable(measured)}\n`);
for (const step of region.steps) process.stdout.write(`${stageTable(step)}\n`);
process.stdout.write(`${highestRates(measured)}\n`);
writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(result)}\n`);
rmSync(directory, { recursive: true, force: true });
process.exit(highest === undefined ? 1 : 0);
