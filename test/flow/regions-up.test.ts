/** `make up` with several regions: alerts enter in each, reach devices in all, and the run ends by itself. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "sentinel-regions-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs it as `make up` does. @returns its exit code and what it said. */
function up(...args: string[]): Promise<{ code: number | null; said: string }> {
  const program = join(import.meta.dirname, "../../local/main.ts");
  const child = spawn(process.execPath, [program, "--directory", directory, ...args]);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
  });
}

it("runs two regions with one device table, and loses nothing between them", {
  timeout: 400_000,
}, async () => {
  const summary = join(directory, "summary.json");
  const small = ["--regions", "2", "--for", "5s", "--devices", "4", "--rate", "8"];
  const { code, said } = await up(...small, "--report-rate", "0", "--json", summary);
  expect(said).toContain("scaled down");
  expect({ code, said }).toMatchObject({ code: 0 });
  const { published, delivered, lost, misdelivered } = JSON.parse(readFileSync(summary, "utf8"));
  expect({ lost, misdelivered }).toEqual({ lost: 0, misdelivered: 0 });
  expect(published).toBeGreaterThan(0);
  expect(delivered).toBeGreaterThanOrEqual(published);
});
