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
    "payload|base64offset|contains",
    "mqtt.publish.message|re|i|all",
    "mqtt.publish.topic",
    "mqtt.connect.clientid|startswith",
    "alert.cmd",
    "alert.*.list.**.cmd|contains|all",
    "alert.__proto__.x|endswith",
    "alert.to|cidr",
  ])("takes %s", (key) => {
    const detection = { a: { [key]: ["10.0.0.0/8", "abcdef"] }, condition: "a" };
    expect(isRule(rawRule({ detection }))).toBe(true);
  });

  it("takes numbers and truth where they are asked for, and nothing else there", () => {
    const taken = (key: string, value: unknown) =>
      isRule(rawRule({ detection: { a: { [key]: value }, condition: "a" } }));
    expect(
      ["alert.n|gte", "mqtt.qos|lt", "alert.n", "mqtt.qos"].map((key) => taken(key, 1)),
    ).toEqual([true, true, true, true]);
    expect([taken("alert.n|exists", true), taken("alert.n", false)]).toEqual([true, true]);
    expect([taken("alert.n|gte", "1"), taken("alert.n|exists", 1)]).toEqual([false, false]);
    expect([taken("payload|contains", 100), taken("alert.n", null)]).toEqual([false, false]);
    expect([taken("mqtt.retain", true), taken("alert.*", "x")]).toEqual([false, false]);
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
