import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

/** The same value with the members of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, turned(member)] as const);
  return Object.fromEntries(members.reverse());
}

it("sorts members by code units, at every depth, and leaves no blanks", () => {
  const value = { b: [{ z: 1, a: null }], a: "é", B: 1e21, "€": false };

  expect(canonicalJson(value)).toBe('{"B":1e+21,"a":"é","b":[{"a":null,"z":1}],"€":false}');
});

it("leaves out what JSON does not know", () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});

it("is stable: the same bytes after any round trip, order of members and layout", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonicalJson(value);
      const parsed: unknown = JSON.parse(text);

      expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(parsed)).toBe(text);
      expect(canonicalJson(turned(parsed))).toBe(text);
      expect(canonicalJson(JSON.parse(JSON.stringify(parsed, null, 2)))).toBe(text);
    }),
  );
});
