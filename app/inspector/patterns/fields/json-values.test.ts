import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonStates } from "./json-states.ts";
import { readJson } from "./json-values.ts";

function read(text: string, path: string) {
  const { found, cut } = readJson(text, jsonStates([path.split(".")])());
  return { values: (found.get(0) ?? []).map((value) => value.text), cut };
}
const valuesOf = (text: string, path: string) => read(text, path).values;

describe("readJson", () => {
  it.each([
    ["a.b", '{"a":{"b":"x"},"b":"y"}', ["x"]],
    ["b", '{"a":{"b":"x"},"b":"y"}', ["y"]],
    ["*.b", '{"a":{"b":"x"},"b":"y","c":{"d":{"b":"z"}}}', ["x"]],
    ["**.b", '{"a":{"b":"x"},"b":"y","c":{"d":{"b":"z"}}}', ["x", "y", "z"]],
    ["a.**.b", '{"a":{"b":"x","c":{"b":"z"}},"b":"y"}', ["x", "z"]],
    ["a.b", '{"A":{"B":"x"}}', ["x"]],
    ["a", '{"a":"x","a":"y","\\u0061":"z"}', ["x", "y", "z"]],
    ["a", '{"a":["x",["y",{"b":1}],2]}', ["", "x", "", "y", "", "2"]],
    ["a.b", '{"a":[{"b":"x"},{"c":0,"b":"y"},[{"b":"z"}]]}', ["x", "y", "z"]],
    ["a", '[{"a":"x"},{"a":"y"}]', ["x", "y"]],
    ["a", '{"a":"x"}\n{"a":"y"}', ["x", "y"]],
    ["a", '\ufeff {"b":[1,{"a":0}],"a":"x\\n\\u00e9"}', ["x\né"]],
    [
      "a",
      '{"a":12345678901234567890.50,"a":true,"a":null}',
      ["12345678901234567890.50", "true", "null"],
    ],
    ["__proto__.x", '{"__proto__":{"x":"y"}}', ["y"]],
    ["constructor", '{"a":1}', []],
  ])("finds %s in %s", (path, text, expected) => {
    expect(valuesOf(text, path)).toEqual(expected);
  });

  it.each([
    ['{"a":"x', ["x"]],
    ['{"a":"x",,}}}]{"a":"y"}', ["x", "y"]],
    ['{"a":"x\\', ["x\\"]],
    ['{"a":NaN,"b":1}', ["NaN"]],
    ['{"a":"bad \\q escape","a":2}', ["bad q escape", "bad \\q escape", "2"]],
    ['{"a":"\\u0072m\\q\\n\\x41\\\n"}', ["rmq\nA", "rm\\q\n\\x41\\\n"]],
    ['{"a":"\\u0072m\t"}', ["rm\t"]],
    [`{'a':'x',"b":'"a":"y"',"a":"it's"}`, ["it's", "x"]],
    [`{"b":',"a":"x"}`, ["x"]],
    [`{"b":1,a:x}`, ["x"]],
    [`{"b":1;'\\a' = 'x'}`, ["x"]],
    ['{/*"*/"a"/**/:/**/"x","b"://"\n2,#"\n"a":"y"}', ["x", "y"]],
    ['{"b":/,"a":x/y}', ["x/y", "x", "y"]],
    ['{"b":/*', []],
    ['{"a"', []],
  ])("reads what is no JSON as far as it looks like it: %s", (text, expected) => {
    expect(valuesOf(text, "a")).toEqual(expected);
  });

  it("says so when there are more values than are looked at", () => {
    const twice = (count: number) => `{${Array(count).fill('"a":1').join()}}`;
    expect(read(twice(4_096), "a").cut).toBe(false);
    expect(read(twice(4_097), "a").cut).toBe(true);
  });

  it("reads deep nesting without recursion, and says so where it looks no further", () => {
    const nested = (depth: number) => `${'{"b":'.repeat(depth)}{"a":"x"}${"}".repeat(depth)}`;
    expect(read(nested(200), "**.a")).toEqual({ values: ["x"], cut: false });
    expect(read(nested(6_000), "**.a")).toEqual({ values: [], cut: true });
    // What no path leads to may be as deep as it likes.
    expect(read(`{"b":${"[".repeat(9_000)}${"]".repeat(9_000)},"a":"x"}`, "a")).toEqual({
      values: ["x"],
      cut: false,
    });
  });

  it("finds in any JSON what its own reader finds", () => {
    const key = fc.constantFrom("a", "b", "c\n", "é", "__proto__");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
      ),
    }));
    const textsAt = (value: unknown, path: readonly string[]): readonly string[] => {
      if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, path));
      const [name, ...rest] = path;
      if (name === undefined) return typeof value === "string" ? [value] : [];
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
      return textsAt(Reflect.get(value, name), rest);
    };
    fc.assert(
      fc.property(tree, (value) => {
        const { found } = readJson(JSON.stringify(value), jsonStates([["a", "b"]])());
        const texts = (found.get(0) ?? []).filter(({ kind }) => kind === "text");
        expect(texts.map(({ text }) => text)).toEqual(textsAt(value, ["a", "b"]));
      }),
    );
  });
});

it("has no more states than its paths have places, whatever a message calls its keys", () => {
  const root = jsonStates([
    ["**", "a", "b"],
    ["x", "*", "b"],
  ])();
  const states = new Set([root]);
  for (const state of states) {
    for (const key of ["a", "b", "x", "other", "A", "toString"]) states.add(state.below(key));
  }
  expect(states.size).toBeLessThan(16);
});
