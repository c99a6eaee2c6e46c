import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** By which a set-up script says that what it brings cannot be had on this machine. */
const cannotBeHad = 3;

/**
 * Runs `tools/bootstrap-<name>.sh`, which brings a program where there is none.
 *
 * @returns why it cannot be had on this machine; undefined when it is there.
 * @throws Error with what the script has said
 */
export function bringTool(name: string): string | undefined {
  const script = join(import.meta.dirname, `bootstrap-${name}.sh`);
  const { status, stdout, stderr } = spawnSync(script, { encoding: "utf8" });
  if (status === cannotBeHad) return stderr.trim();
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim());
  return undefined;
}
