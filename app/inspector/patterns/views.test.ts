import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecodedViews, decodeLayer } from "./views.ts";

function layersOf(text: string): readonly string[] {
  const layers: string[] = [];
  createDecodedViews().each(Buffer.from(text), (view) => {
    layers.push(Buffer.from(view).toString());
  });
  return layers;
}

describe("decoded views", () => {
  it("has none for text without escapes", () => {
    expect(layersOf("plain text")).toEqual([]);
    expect(layersOf("100 % & more \\ or less")).toEqual([]);
  });

  it("undoes percent, JSON and HTML escapes together", () => {
    expect(layersOf('%2e%2E \\u003c\\"\\n &lt;&#x2f;&#47;')).toEqual(['.. <"\n <//']);
    expect(layersOf("\\x41 %u0042 \\u00e9 \\u20ac")).toEqual(["A B é €"]);
  });

  it("shows every layer, because unwrapping too often destroys text", () => {
    expect(layersOf("%252e")).toEqual(["%2e", "."]);
    expect(layersOf("C:\\\\temp")).toEqual(["C:\\temp", "C:\temp"]);
  });

  it("stops after three layers", () => {
    expect(layersOf("%2525252e")).toEqual(["%25252e", "%252e", "%2e"]);
  });

  it("leaves broken escapes as they are", () => {
    expect(layersOf("%zz \\u12 \\q &unknown; &; &#99999999; %")).toEqual([]);
  });

  it("never grows and decodes in place as it does into another buffer", () => {
    const piece = fc.constantFrom(
      "%",
      "%41",
      "\\",
      "\\u0800",
      "\\x80",
      "&#x800;",
      "&lt;",
      "u",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const from = Buffer.from(pieces.join(""));
        const into = Buffer.alloc(from.length);
        const expected = into.subarray(0, decodeLayer(from, into)).toString("hex");
        const inPlace = Buffer.from(from);
        const length = decodeLayer(inPlace, inPlace);
        expect(length).toBeLessThanOrEqual(from.length);
        expect(inPlace.subarray(0, length).toString("hex")).toBe(expected);
      }),
    );
  });
});
