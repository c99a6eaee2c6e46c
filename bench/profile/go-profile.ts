import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import type { ManagedProcess } from "../../local/managed-process.ts";
import type { Sample } from "./kinds.ts";

const run = promisify(execFile);
const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, mins: 60_000 };

/** Profiles a nats-server that was started with `--profile` for some seconds. */
export async function profileServer(
  { name, logFile }: ManagedProcess,
  { seconds, file }: { seconds: number; file: string },
): Promise<Sample[]> {
  const port = /profiling port: (\d+)/.exec(readFileSync(logFile, "utf8"))?.[1];
  if (port === undefined) throw new Error(`${name} was not started so that it can be profiled`);
  const url = `http://127.0.0.1:${port}/debug/pprof/profile?seconds=${seconds}`;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${name} gave no profile: ${await answer.text()}`);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  const { stdout } = await run("go", ["tool", "pprof", "-traces", file], {
    maxBuffer: 256 * 1024 ** 2,
  });
  return readTraces(stdout);
}

/** Reads what `go tool pprof -traces` prints: stacks between rules, the time before the innermost frame. */
export function readTraces(text: string): Sample[] {
  return text
    .split(/^-+\+-+$/m)
    .slice(1)
    .flatMap((block) => {
      const lines = block.split("\n").filter((line) => line.trim() !== "");
      const [, number, unit = "", first] =
        /^\s*([\d.]+)(us|ms|s|mins)\s+(\S.*)$/.exec(lines[0] ?? "") ?? [];
      if (first === undefined) return [];
      const stack = [first, ...lines.slice(1)].map((line) => line.trim());
      return [{ stack, ms: Number(number) * (unitMs[unit] ?? Number.NaN) }];
    });
}
