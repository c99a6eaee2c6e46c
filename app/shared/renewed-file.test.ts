import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { renewedPassword } from "./renewed-file.ts";

const directory = mkdtempSync(join(tmpdir(), "sentinel-renewed-"));
const file = join(directory, "password");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it("is what the file holds now, or held last", () => {
  expect(() => renewedPassword(file)).toThrow("ENOENT");
  writeFileSync(file, "first\n");
  const password = renewedPassword(file);
  expect(password()).toBe("first");
  writeFileSync(file, "second");
  expect(password()).toBe("second");
  rmSync(file);
  expect(password()).toBe("second");
});
