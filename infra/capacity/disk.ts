import { assumed, measured, planned } from "./measurements.ts";
import type { Demand } from "./plan.ts";
import { burstOf } from "./services.ts";

/** What a gp3 volume gives without being asked, and what one can be asked for at most. */
export const gp3 = {
  includedIops: 3_000,
  includedMiBPerSecond: 125,
  /** Later volumes can do more; this is what every account can have. */
  mostIops: 16_000,
} as const;

/** A block of the file system: what a write to the disk has at least. */
const blockBytes = 4_096;

export interface DiskPlan {
  readonly iops: number;
  readonly mebibytesPerSecond: number;
}

const within = (least: number, most: number, value: number) =>
  Math.min(most, Math.max(least, value));

/**
 * Speed of each core server's disk, which every alert of the whole system is forced to before it is
 * acknowledged: of its own stream or of a mirror.
 *
 * Operations are planned for the sustained rate: in a burst what comes together is written together,
 * and bytes count. Rounded up, so that a small change of the demand leaves the volumes alone.
 */
export function planDisk(demand: Demand): DiskPlan {
  const perSecond = demand.alertsPerSecond * measured.diskOperationsPerAlert;
  const iops = Math.ceil(perSecond / planned.diskUse / 1_000) * 1_000;
  const bytes = burstOf(demand) * (measured.diskWritesPerAlert * blockBytes + assumed.payloadBytes);
  return {
    iops: within(gp3.includedIops, gp3.mostIops, iops),
    mebibytesPerSecond: Math.max(gp3.includedMiBPerSecond, Math.ceil(bytes / 1024 ** 2 / 25) * 25),
  };
}
