import { readFileSync } from "node:fs";

/** proc(5) counts in hundredths of a second, whatever the kernel's own tick is. */
const ticksPerSecond = 100;

/** Seconds of all processors since the machine started. */
export interface MachineSeconds {
  readonly all: number;
  /** Nothing to do, or waiting for a disk. */
  readonly idle: number;
  /** Taken by the host for others than this virtual machine. */
  readonly steal: number;
}

/** proc(5): user, nice, system, idle, iowait, irq, softirq, steal. */
export function machineSeconds(): MachineSeconds {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const times = line
    .split(/\s+/)
    .slice(1, 9)
    .map((ticks) => Number(ticks) / ticksPerSecond);
  const [, , , idle = 0, iowait = 0, , , steal = 0] = times;
  return { all: times.reduce((sum, time) => sum + time, 0), idle: idle + iowait, steal };
}

/** Seconds that a process has used, user and system; 0 for one that has ended. */
export function processSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before it, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return 0;
    throw error;
  }
}

/** How many threads run or wait for a processor, this one included. */
export function runnable(): number {
  return Number(readFileSync("/proc/loadavg", "utf8").split(" ")[3]?.split("/")[0]);
}
