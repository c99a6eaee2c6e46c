import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-set-up-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

it("sentinel in a checkout that is not set up says so in one line", () => {
  copyFileSync(join(root, "sentinel"), join(directory, "sentinel"));
  const { status, stdout, stderr } = spawnSync(join(directory, "sentinel"), ["devices", "list"], {
    encoding: "utf8",
  });

  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(`sentinel: this checkout is not set up; run: make -C ${directory} setup\n`);
});

/** Something that says what Go says, a module at a time. */
function watched(ending: string) {
  const go = join(directory, "go");
  const modules =
    'for n in 1 2 3 4; do echo "go: downloading example.com/m$n v1.0.0" >&2; sleep 0.7; done';
  writeFileSync(go, `#!/bin/sh\n${modules}\n${ending}\n`);
  chmodSync(go, 0o755);
  const script = `say() { echo "[setup] $*"; }; . tools/watched-go.sh; watched_go ${directory}/log ${go}; echo "ended with $?"`;
  return spawnSync("bash", ["-c", script], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, WATCH_SECONDS: "1" },
  }).stdout;
}

it("tells by the number of modules how far Go is, and hands on how it ended", () => {
  const said = watched("exit 0");

  expect(said).toMatch(/^\[setup\] {3}[1-4] Go modules fetched, \d+ s$/m);
  expect(said).toMatch(/ended with 0\n$/);
  expect(watched("exit 7")).toMatch(/ended with 7\n$/);
});
