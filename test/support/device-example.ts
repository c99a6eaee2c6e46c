import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Region } from "../../local/region.ts";

const root = join(import.meta.dirname, "../..");

/** Where the examples lie that device makers are given. */
export const exampleFile = (name: string) => join(root, "docs/device-examples", name);
/** Python with what one of them needs, as a script in `tools/` brings it. */
export const pythonWith = (tool: "paho" | "aws-iot") => join(root, `.tools/${tool}/bin/python`);

export interface DeviceExample {
  /** All that it has printed so far. */
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

/** Starts an example, as it is, as a device of the region's first edge. It ends with the test's case, if not before. */
export function startExample(
  region: Region,
  [program = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): DeviceExample {
  const url = new URL(region.endpoints.edgeUrls[0] ?? "");
  const child = spawn(program, args, {
    // A group of its own, that ends with what the example has started.
    detached: true,
    env: {
      ...process.env,
      ...{ HOST: url.hostname, PORT: url.port, CA_FILE: region.certificates.caFile },
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      said += data;
    });
  }
  const ended = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid)
      process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  onTestFinished(stop);
  return { said: () => said, stop };
}
