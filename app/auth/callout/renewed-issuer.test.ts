import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLog } from "../../shared/log.ts";
import { accountKeyOf, accountNameOf, accountSeedOf } from "./nkey.ts";
import { renewedIssuer } from "./renewed-issuer.ts";

const log = createLog("test", "silent");
const soon = { timeout: 60_000, interval: 50 };
const newSeed = () => accountSeedOf(randomBytes(32));
const nameOf = (seed: string) => accountNameOf(accountKeyOf(seed));
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "issuer-"));
  file = join(folder, "issuer-seed");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("signs with the seed that the file holds now, and keeps the one before while that is none", async () => {
  const [first, second] = [newSeed(), newSeed()];
  writeFileSync(file, first);
  const issuer = renewedIssuer(file, log);
  expect(issuer.name).toBe(nameOf(first));
  writeFileSync(file, "no seed");
  writeFileSync(file, second);
  await expect.poll(() => issuer.name, soon).toBe(nameOf(second));
});

it("does not start with a seed that cannot be used", () => {
  writeFileSync(file, "no seed");
  expect(() => renewedIssuer(file, log)).toThrow();
});
