import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Brings promtool where there is none; a minute at most, and nothing the next time. */
export function setUpPromtool(): void {
  const { status, stdout, stderr } = spawnSync(join(root, "tools/bootstrap-promtool.sh"), {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}

/**
 * Runs promtool on documents, which are written as JSON: that is YAML too.
 *
 * @param files By name; the last one is what promtool is called with.
 * @returns undefined when it is satisfied, otherwise what it says.
 */
export function promtoolComplaint(
  command: readonly string[],
  files: Readonly<Record<string, unknown>>,
): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-rules-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), JSON.stringify(content));
    }
    const { status, stdout, stderr } = spawnSync(
      join(root, ".tools/bin/promtool"),
      [...command, Object.keys(files).at(-1) ?? ""],
      { cwd: directory, encoding: "utf8" },
    );
    return status === 0 ? undefined : `${stdout}${stderr}`;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
