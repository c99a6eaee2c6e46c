import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SilentLine } from "../contract/silent-lines.ts";

const run = promisify(execFile);
/** The kernel tells of ten thousands of lines in less than a second. */
const timeLimitMs = 10_000;
const outputLimitBytes = 32 * 1024 ** 2;

/** Made of `silent-lines.c` by the build, beside the bundle. */
export const silentLinesProgram = join(import.meta.dirname, "silent-lines");

/**
 * The connections of a local port from which nothing has come for so long, the longest silence
 * first.
 *
 * @throws Error when the kernel does not tell, or there is no such program.
 */
export async function silentLines(
  { port, silentMs }: { readonly port: number; readonly silentMs: number },
  program = silentLinesProgram,
): Promise<readonly SilentLine[]> {
  const { stdout } = await run(program, [String(port), String(silentMs)], {
    ...{ timeout: timeLimitMs, maxBuffer: outputLimitBytes, env: {} },
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [address, peerPort, forMs] = line.split(" ");
      return { peer: `${address}:${peerPort}`, silentMs: Number(forMs) };
    })
    .sort((a, b) => b.silentMs - a.silentMs);
}
