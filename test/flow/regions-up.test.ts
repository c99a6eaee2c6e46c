/** `make up` with several regions: alerts enter in each, reach devices in all, and one of the regions is killed meanwhile. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

/** Runs it as `make up` does, and interrupts it when it has said something. @returns its exit code and what it said. */
function up(
  directory: string,
  until: RegExp,
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const program = join(import.meta.dirname, "../../local/main.ts");
  const child = spawn(process.execPath, [program, "--directory", directory, ...args]);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      const before = until.test(said);
      said += text;
      if (!before && until.test(said)) child.kill("SIGINT");
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
  });
}

/** How many alerts a second the devices of us-east got, by the lines that it says every five seconds or so. */
const ratesIn = (said: string) =>
  [...said.matchAll(/^\d+s {2}us-east ([\d,]+)\/s/gm)].map(([, rate = ""]) => Number(rate));

it("runs two regions with one device table; the devices of one that is killed whole go on in the other one, and lose nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-regions-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const summary = join(directory, "summary.json");
  const small = ["--regions", "2", "--devices", "4", "--rate", "8", "--report-rate", "0"];
  const killed = ["--kill", "us-east", "12s"];
  const { code, said } = await up(
    directory,
    /us-east is up again[\s\S]*\n\d+s [\s\S]*\n\d+s [^\n]*\n/,
    ...small,
    ...killed,
    "--json",
    summary,
  );
  expect(said).toContain("scaled down");
  expect(code, said).toBe(0);
  const [before = "", meanwhile = "", after = ""] = said.split(
    /us-east is (?:killed whole|up again)/,
  );
  expect(ratesIn(before).at(-1)).toBeGreaterThan(0);
  // The first line is of the time before, too; the second one of five seconds in which the region was dead.
  expect(ratesIn(meanwhile)[1]).toBeGreaterThan(0);
  expect(ratesIn(after)[1]).toBeGreaterThan(0);
  const told = JSON.parse(readFileSync(summary, "utf8"));
  const { published, delivered, lost, misdelivered, paths } = told;
  expect({ lost, misdelivered }).toEqual({ lost: 0, misdelivered: 0 });
  expect(paths).toHaveLength(4);
  expect(published).toBeGreaterThan(0);
  expect(delivered).toBeGreaterThanOrEqual(published);
});
