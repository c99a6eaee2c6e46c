import fc from "fast-check";
import { expect, it } from "vitest";
import { base64Offsets } from "./base64-offsets.ts";

it("finds a text in the Base64 of any longer one", () => {
  const bytes = fc.uint8Array({ maxLength: 9 });
  const text = fc.string({ minLength: 6, maxLength: 20, unit: "grapheme-ascii" });
  fc.assert(
    fc.property(bytes, text, bytes, (before, text, behind) => {
      const written = Buffer.concat([before, Buffer.from(text), behind]).toString("base64");
      expect(base64Offsets(text).some((form) => written.includes(form))).toBe(true);
    }),
  );
});

it("leaves out the letters that depend on what stands beside it", () => {
  expect(base64Offsets("foobar")).toEqual(["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
});
