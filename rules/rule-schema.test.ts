import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { ruleJsonSchema } from "../app/inspector/patterns/rule-json-schema.ts";
import { rawRule } from "../app/inspector/patterns/sample-rule.ts";

const published = JSON.parse(readFileSync(join(import.meta.dirname, "rule.schema.json"), "utf8"));
// A pattern says what a UUID is, without a package for formats.
const isRule = new Ajv2020({ allErrors: true, validateFormats: false }).compile(published);

const documents = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".yaml") && name !== "pack.yaml")
  .flatMap((name) => parseAllDocuments(readFileSync(join(import.meta.dirname, name), "utf8")))
  .map((document) => document.toJS());

describe("the published JSON Schema of a rule", () => {
  it("is the one that rules are read by: ./sentinel rules schema > rules/rule.schema.json", () => {
    expect(published).toEqual(ruleJsonSchema());
  });

  it("takes every rule that ships", () => {
    expect(documents.length).toBeGreaterThan(100);
    for (const document of documents)
      expect([document.title, isRule(document)]).toEqual([document.title, true]);
  });

  it.each([
    ["a key that there is none of", { rest: { severity: "high" } }],
    [
      "a modifier that there is none of",
      { detection: { a: { "payload|has": "x" }, condition: "a" } },
    ],
    ["a selection without keys", { detection: { a: {}, condition: "a" } }],
    [
      "a format that there is none of",
      { detection: { a: { "payload.format": "exe" }, condition: "a" } },
    ],
    ["no condition", { detection: { a: { "payload|contains": "attack" } } }],
    ["an action that there is none of", { sentinel: { action: "drop" } }],
    ["an id that is no UUID", { rest: { id: "one" } }],
  ])("refuses %s", (_name, sample) => {
    expect(isRule(rawRule())).toBe(true);
    expect(isRule(rawRule(sample))).toBe(false);
  });
});
