import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { linesOfGrowing } from "./growing-file.ts";

const folder = mkdtempSync(join(tmpdir(), "sentinel-growing-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("gives each line once, when all of it is there", () => {
  const file = join(folder, "log");
  const lines = linesOfGrowing(file);
  expect(lines()).toEqual([]);
  appendFileSync(file, "first\nsec");
  expect(lines()).toEqual(["first"]);
  expect(lines()).toEqual([]);
  appendFileSync(file, "ond\nthird\n");
  expect(lines()).toEqual(["second", "third"]);
});
