import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { admittedMark, warmed, wasAdmitted } from "./admitted-at-build.ts";
import { compileRules } from "./compile.ts";
import { sampleRule } from "./sample-rule.ts";

const rules = compileRules([sampleRule()]);
const others = compileRules([sampleRule({ rest: { level: "low" } })]);
const honest = [Buffer.from('{"battery":81}'), Buffer.from("all well")];

let directory: string;
let file: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-admitted-"));
  file = join(directory, "admitted");
  writeFileSync(file, admittedMark(rules.version, honest));
});
afterAll(() => rmSync(directory, { recursive: true }));

it("what the build has admitted is admitted", () => {
  expect(wasAdmitted(file, rules, honest)).toBe(true);
  expect(warmed(rules)).toMatchObject({ ok: true, version: rules.version });
});

it.each([
  ["other rules", others, honest],
  ["one honest report more", rules, [...honest, Buffer.from("x")]],
  ["honest reports that are cut elsewhere", rules, [Buffer.concat(honest)]],
])("is to be measured: %s", (_name, candidate, reports) => {
  expect(wasAdmitted(file, candidate, reports)).toBe(false);
});

it("is to be measured where nothing was built", () => {
  expect(wasAdmitted(join(directory, "none"), rules, honest)).toBe(false);
});
