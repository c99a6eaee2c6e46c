import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { compileCache } from "../../test/support/compile-cache.ts";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Sentinel {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string };
  readonly finished: Promise<Finished>;
}

/** Starts the command line as an operator would: a process of its own, with only these settings. */
export function startSentinel(args: readonly string[], settings: Record<string, string>): Sentinel {
  const { PATH = "" } = process.env;
  // Without `--` Node itself would take --env-file.
  const child = spawn(process.execPath, ["--", join(import.meta.dirname, "main.ts"), ...args], {
    env: { PATH, ...compileCache, ...settings },
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    said.stdout += data;
  });
  child.stderr.on("data", (data) => {
    said.stderr += data;
  });
  child.stdin.on("error", () => {});
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => resolve({ code, ...said }));
  });
  return { child, said, finished };
}

/** Runs it to its end. */
export function sentinel(
  args: readonly string[],
  settings: Record<string, string>,
  input = "",
): Promise<Finished> {
  const started = startSentinel(args, settings);
  started.child.stdin.end(input);
  return started.finished;
}
