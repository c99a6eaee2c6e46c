import { writeSync } from "node:fs";

const startedMs = Date.now();

/** A line on the screen at once: the runner of the tests would keep it until a file has ended. */
export function say(line: string): void {
  const minutes = ((Date.now() - startedMs) / 60_000).toFixed(1).padStart(5);
  writeSync(2, `[providers ${minutes} min] ${line}\n`);
}
