import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { scrape, total } from "../../app/shared/process-metrics.ts";
import { machineSeconds } from "../../local/processor-time.ts";
import { type Measured, type ProcessorUse, startProcessorUse } from "./processors.ts";

/** What the region and the machine say of a stretch. */
export interface Watched {
  /** Highest of either bridge: 1 is a pause. */
  readonly bridgePaused: number;
  readonly bridgeHeldBytes: number;
  readonly shed: number;
  /** Of the inspectors of alerts. */
  readonly leaseLosses: number;
  /** Of those of reports. */
  readonly reportLeaseLosses: number;
  readonly cutOffs: number;
  /** What the kernel dropped before an edge read it, each packet as often as it was sent. */
  readonly fencedMegabytes: number;
  readonly load1: number;
  /** Of the processors' time, percent. */
  readonly idlePercent: number;
  readonly stealPercent: number;
  readonly processors: ProcessorUse;
}

const sampleMs = 200;

const lossesMetric = "sentinel_inspector_lease_losses_total";

async function counts(processUrls: ReadonlyMap<string, string>) {
  const of = (prefix: string) =>
    scrape([...processUrls].filter(([name]) => name.startsWith(prefix)).map(([, url]) => url));
  const samples = await scrape(processUrls.values());
  return {
    shed: total(samples, "sentinel_bridge_shed_messages_total"),
    leaseLosses: total(await of("inspector-"), lossesMetric),
    reportLeaseLosses: total(await of("report-inspector-"), lossesMetric),
    cutOffs: total(samples, "sentinel_meter_exceeded_limits_total"),
    fencedBytes: total(samples, "sentinel_fence_dropped_bytes_total"),
  };
}

/** Watches until told to stop. */
export async function startWatch(
  processUrls: ReadonlyMap<string, string>,
  measured: readonly Measured[],
) {
  const bridges = [...processUrls].filter(([name]) => name.startsWith("bridge-"));
  const bridgeUrls = bridges.map(([, url]) => url);
  const [before, timesBefore] = [await counts(processUrls), machineSeconds()];
  const used = startProcessorUse(measured);
  const highest = { paused: 0, held: 0 };
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const samples = await scrape(bridgeUrls);
      const most = (name: string) =>
        Math.max(0, ...samples.filter((s) => s.name === name).map(({ value }) => value));
      highest.paused = Math.max(highest.paused, most("sentinel_bridge_paused"));
      highest.held = Math.max(highest.held, most("sentinel_bridge_held_bytes"));
      await delay(sampleMs);
    }
  })();
  return async (): Promise<Watched> => {
    stopped = true;
    await watching;
    const processors = used();
    const [after, times] = [await counts(processUrls), machineSeconds()];
    const percent = (part: "idle" | "steal") =>
      Math.round((100 * (times[part] - timesBefore[part])) / (times.all - timesBefore.all));
    return {
      bridgePaused: highest.paused,
      bridgeHeldBytes: highest.held,
      shed: after.shed - before.shed,
      leaseLosses: after.leaseLosses - before.leaseLosses,
      reportLeaseLosses: after.reportLeaseLosses - before.reportLeaseLosses,
      cutOffs: after.cutOffs - before.cutOffs,
      fencedMegabytes: Math.round((after.fencedBytes - before.fencedBytes) / 1e6),
      load1: Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]),
      idlePercent: percent("idle"),
      stealPercent: percent("steal"),
      processors,
    };
  };
}
