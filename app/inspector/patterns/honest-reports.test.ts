import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadReports, parseReports } from "./honest-reports.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "reports-"));
});
afterEach(() => rm(directory, { recursive: true }));

it("keeps the lines of a report together and percent signs within it", () => {
  expect(parseReports("one\ntwo\n%\n100 %\n%d\n%\n\n")).toEqual(["one\ntwo", "100 %\n%d"]);
});

it("reads every text file of the folder", async () => {
  await writeFile(join(directory, "b.txt"), "b\n");
  await writeFile(join(directory, "a.txt"), "a\n%\naa\n");
  await writeFile(join(directory, "README.md"), "not a report");
  expect((await loadReports(directory)).map(String)).toEqual(["a", "aa", "b"]);
});

it("says so when there is nothing to measure by", async () => {
  await expect(loadReports(directory)).rejects.toThrow(/got no report/);
  await expect(loadReports(join(directory, "absent"))).rejects.toThrow(RulePackInvalid);
});
