import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEscapeLayers, decodeLayer } from "./escape-layers.ts";

function layersOf(text: string): readonly string[] {
  const layers: string[] = [];
  createEscapeLayers().each(Buffer.from(text), (view) => {
    layers.push(Buffer.from(view).toString());
    return false;
  });
  return layers;
}

describe("escape layers", () => {
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

  it("stops after four layers and says so", () => {
    const layers = createEscapeLayers();
    const wrapped = (times: number) => Buffer.from(`%${"25".repeat(times - 1)}2e`);
    expect(layersOf(wrapped(4).toString())).toEqual(["%25252e", "%252e", "%2e", "."]);
    expect(layers.each(wrapped(4), () => false).unfinished).toBe(false);
    expect(layers.each(wrapped(5), () => false).unfinished).toBe(true);
    expect(layers.each(Buffer.from("100 % \\q &c"), () => false).unfinished).toBe(false);
  });

  it("makes no further layer once one was enough", () => {
    const seen: string[] = [];
    createEscapeLayers().each(Buffer.from("%25252e"), (view) => {
      seen.push(Buffer.from(view).toString());
      return seen.length === 2;
    });
    expect(seen).toEqual(["%252e", "%2e"]);
  });

  it("joins surrogates, and leaves half a pair as it is", () => {
    expect(layersOf("\\ud83d\\ude00.\\u0041")).toEqual(["😀.A"]);
    expect(layersOf("\\ud83d.\\u0041")[0]).toMatch(/\.A$/);
  });

  it("undoes octal escapes of a shell", () => {
    expect(layersOf("\\057etc\\057x \\9 \\08")).toEqual(["/etc/x \\9 \\08"]);
  });

  it("reads numbers of HTML as browsers do: with leading zeros, without a semicolon", () => {
    expect(layersOf("&#0000000047;&#x000000000002f;&#60script&#x3E")).toEqual(["//<script>"]);
    expect(layersOf("&#; &#x; &#70000;")).toEqual([]);
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
        const expected = into.subarray(0, decodeLayer(from, into, 0)).toString("hex");
        const inPlace = Buffer.from(from);
        const length = decodeLayer(inPlace, inPlace, 0);
        expect(length).toBeLessThanOrEqual(from.length);
        expect(inPlace.subarray(0, length).toString("hex")).toBe(expected);
      }),
    );
  });
});
