import fc from "fast-check";
import { expect, it } from "vitest";
import { encodedRuns } from "./encoded-runs.ts";

const runsOf = (text: string, most = 64) =>
  encodedRuns(Buffer.from(text), { opens: (head) => head[0] === 0x1f, most }).map(String);

it("decodes Base64 of both alphabets, and hexadecimal digits with and without 0x", () => {
  const text = "cat /etc/passwd?>~";
  const bytes = Buffer.from(text);
  const written = `{"a":"${bytes.toString("base64")}","b":"${bytes.toString("base64url")}"}`;
  expect(runsOf(written)).toEqual([text, text]);
  expect(runsOf(`${bytes.toString("hex")} 0x${bytes.toString("hex").toUpperCase()}`)).toEqual([
    text,
    text,
  ]);
});

it("leaves words, numbers and short runs alone", () => {
  expect(
    runsOf("the quick brown fox jumps over 1234567890 lazy dogs; aGVsbG8= 68656c6c6f"),
  ).toEqual([]);
});

it("finds a run wherever it stands", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), (before, after) => {
      const run = Buffer.from("how many letters are here?").toString("base64");
      expect(runsOf(" ".repeat(before) + run + " ".repeat(after))).toEqual([
        "how many letters are here?",
      ]);
    }),
  );
});

it("never decodes to more than there was", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      const bytes = Buffer.from(text);
      const total = encodedRuns(bytes, { opens: () => true, most: 64 }).reduce(
        (sum, run) => sum + run.length,
        0,
      );
      expect(total).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
