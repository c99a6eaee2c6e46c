import { spawn } from "node:child_process";
import { ownPlugin } from "./steps.ts";

export interface CommandResult {
  readonly exitCode: number;
  /** What was written to both outputs, in order. */
  readonly output: string;
}

export interface CommandOptions {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** How long an interrupted engine may take to end the program and unlock the stack. */
const graceMs = 10_000;

/** What the engine prints in every run here: the warning, and headings without content after it. */
const noise = [
  new RegExp(`^.*${ownPlugin.source}.*\n`, "gm"),
  /^\S* *\S*pulumi:pulumi:Stack \([^)]*\):\S*\n\n/gm,
  /^\S*Diagnostics:\S*\n(?=\S*(?:Outputs|Policies|Resources|Duration):)/gm,
];
const quiet = (output: string) => noise.reduce((text, each) => text.replace(each, ""), output);

/**
 * Runs `pulumi` to its end in a process group of its own, so that nothing it started outlives it.
 * Resolves whatever the exit code; rejects when it cannot be started or is aborted.
 */
export function runPulumi(
  commandLine: readonly string[],
  { directory, environment, signal }: CommandOptions,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", commandLine, {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const pieces: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.stderr.on("data", (piece: Buffer) => pieces.push(piece));

    const toGroup = (name: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, name);
      } catch {
        // The group has ended by itself.
      }
    };
    let lastResort: NodeJS.Timeout | undefined;
    const abort = () => {
      toGroup("SIGINT");
      lastResort = setTimeout(() => toGroup("SIGKILL"), graceMs);
    };
    signal?.addEventListener("abort", abort, { once: true });
    const finish = (settle: () => void) => {
      clearTimeout(lastResort);
      signal?.removeEventListener("abort", abort);
      toGroup("SIGKILL");
      settle();
    };
    child.once("error", (cause: NodeJS.ErrnoException) => {
      const missing = "pulumi is not installed; run tools/bootstrap-engine.sh";
      finish(() => reject(cause.code === "ENOENT" ? new Error(missing, { cause }) : cause));
    });
    child.once("close", (code) => {
      const output = quiet(Buffer.concat(pieces).toString("utf8"));
      finish(() =>
        signal?.aborted ? reject(signal.reason) : resolve({ exitCode: code ?? 1, output }),
      );
    });
  });
}
