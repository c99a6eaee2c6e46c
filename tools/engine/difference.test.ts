import { expect, it } from "vitest";
import { differenceOf, isWithin, topLevelOf } from "./difference.ts";

it("names the deepest property that differs", () => {
  const before = { spec: { replicas: 3, ports: [{ port: 1 }, { port: 2 }] } };
  const after = { spec: { replicas: 5, ports: [{ port: 1 }, { port: 4 }] } };
  expect(differenceOf(before, after)).toEqual([
    { path: "spec.replicas", kind: "update" },
    { path: "spec.ports[1].port", kind: "update" },
  ]);
});

it("tells what came and what went", () => {
  expect(differenceOf({ a: 1, list: [1] }, { b: 1, list: [1, 2] })).toEqual([
    { path: "a", kind: "delete" },
    { path: "list[1]", kind: "add" },
    { path: "b", kind: "add" },
  ]);
});

it("quotes names that are not identifiers", () => {
  expect(differenceOf({ tags: { "a/b": "1" } }, { tags: { "a/b": "2" } })).toEqual([
    { path: 'tags["a/b"]', kind: "update" },
  ]);
});

it("ignores what the provider itself remembers in inputs", () => {
  expect(differenceOf({ __defaults: ["name"] }, { __defaults: [] })).toEqual([]);
});

it("knows which paths lie within which", () => {
  expect(isWithin("spec.template.spec", "spec.template")).toBe(true);
  expect(isWithin("spec.ports[0]", "spec.ports")).toBe(true);
  expect(isWithin("spec.templates", "spec.template")).toBe(false);
  expect(topLevelOf("ports[0].port")).toBe("ports");
});
