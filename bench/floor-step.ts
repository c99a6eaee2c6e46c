import { setTimeout as delay } from "node:timers/promises";
import { processSeconds } from "../local/processor-time.ts";
import type { Floor } from "./floor.ts";
import { leastDelivered, type Step } from "./run-step.ts";

/** What a rate costs at least. */
export interface FloorStep
  extends Pick<Step, "rate" | "delivery" | "deliveredPerSecond" | "processorMsPerAlert"> {
  /** Nothing missing, and it kept up. */
  readonly sustained: boolean;
  /** Of the processor time, what the servers took; the rest is the program between them. */
  readonly serverMsPerAlert: number;
}

const settleLimitMs = 30_000;

/** Lets messages flow for a while, after a warm-up that is not measured. */
export async function runFloorStep(
  { flow, pids }: Floor,
  { rate, seconds, warmUpSeconds }: { rate: number; seconds: number; warmUpSeconds: number },
): Promise<FloorStep> {
  const servers = () => pids.reduce((sum, pid) => sum + processSeconds(pid), 0);
  const stop = flow.publish(rate);
  await delay(warmUpSeconds * 1_000);
  flow.measure();
  const from = { servers: servers(), program: process.cpuUsage(), received: flow.received };
  const startedMs = performance.now();
  await delay(seconds * 1_000);
  const elapsed = (performance.now() - startedMs) / 1_000;
  const messages = flow.received - from.received;
  const serverMs = (servers() - from.servers) * 1_000;
  const { user, system } = process.cpuUsage(from.program);
  stop();
  await flow.settle(settleLimitMs);
  const each = Math.max(1, messages);
  const deliveredPerSecond = messages / elapsed;
  return {
    rate,
    delivery: flow.latency,
    deliveredPerSecond: Math.round(deliveredPerSecond),
    processorMsPerAlert: (serverMs + (user + system) / 1_000) / each,
    serverMsPerAlert: serverMs / each,
    sustained: flow.missing === 0 && deliveredPerSecond >= leastDelivered * rate,
  };
}
