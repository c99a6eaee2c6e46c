import { constants, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { payloadLimitBytes } from "../../../contract/limits.ts";
import { createUnfolding } from "./unfold.ts";

const unfold = createUnfolding();

function seenIn(payload: string | Uint8Array, stopAfter?: number) {
  const bytes = Buffer.from(payload);
  const texts: string[] = [];
  const unseen = unfold(bytes, {
    look: (text) => texts.push(Buffer.from(text).toString()) === stopAfter,
    lookAtFile: () => false,
  });
  const cut = unseen !== "none";
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return { texts, unseen, cut, length };
}

const attack = "x; cat /etc/passwd #";
const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString("base64");
const utf16 = Buffer.from(attack, "utf16le");
const noise = (length: number) => Buffer.alloc(length, 0xee);
/** What has been flushed can be read by whoever streams, before the block behind it fails. */
const brokenLater = Buffer.concat([
  gzipSync(attack, { finishFlush: constants.Z_SYNC_FLUSH }),
  noise(40),
]);
const pretended = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.alloc(6), Buffer.from(attack)]);
const wide = (text: string) =>
  Array.from(text, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join("");

describe("unfold", () => {
  it.each([
    ["Base64", `{"v":"${base64(attack)}"}`],
    ["Base64 with escaped slashes", `{"v":"${base64(`${attack}???`).replaceAll("/", "\\/")}"}`],
    ["Base64 in percent escapes", `v=${encodeURIComponent(base64(`${attack}>>`))}`],
    ["Base64 behind a name", `{"v":"id${base64(attack)}"}`],
    ["Base64 at the end of a path", `/api/run/${base64(attack)}`],
    [
      "Base64 in lines",
      `${base64(`${"-".repeat(40)}${attack}`.padEnd(120)).replace(/.{76}/g, "$&\r\n")}`,
    ],
    ["Base64 of Base64", `{"v":"${base64(base64(attack))}"}`],
    ["Base64 of gzip", `{"v":"${base64(gzipSync(attack))}"}`],
    ["Base64 of UTF-16", `powershell -enc ${base64(utf16)}`],
    ["hexadecimal digits", `{"v":"0x${Buffer.from(attack).toString("hex")}"}`],
    ["gzip", gzipSync(`{"v":"${attack}"}`)],
    ["gzip without its end", gzipSync(`{"v":"${attack}"}`.repeat(9)).subarray(0, -12)],
    ["gzip with a wrong check sum", Buffer.concat([gzipSync(attack).subarray(0, -8), noise(8)])],
    ["gzip with a block that is none", brokenLater],
    ["Base64 of that", base64(brokenLater)],
    ["gzip of more than is unpacked", gzipSync(attack + "a".repeat(90_000))],
    ["Base64 behind a mark of UTF-16", base64(pretended)],
    ["gzip behind a mark of UTF-16", gzipSync(pretended)],
    ["Base64 behind the end of gzip", base64(Buffer.concat([gzipSync("a"), Buffer.from(attack)]))],
    ["zlib", deflateSync(`{"v":"${attack}"}`)],
    ["gzip of UTF-16", gzipSync(utf16)],
    ["UTF-16 with a mark", Buffer.concat([Buffer.of(0xff, 0xfe), utf16])],
    ["UTF-16 without one", utf16],
    ["UTF-16, big end first", Buffer.from(utf16).swap16()],
    ["fullwidth letters", wide("x;cat/etc/passwd").replace(wide("t/"), `${wide("t")} /`)],
    ["letters of no width", attack.replace("cat", "c\u200ba\u2060t").replace("pass", "p\u00adass")],
    [
      "tags of Unicode",
      Array.from(attack, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join(""),
    ],
    ["fullwidth in JSON escapes", '{"v":"\\uff1b cat /etc/passwd"}'],
  ])("shows what is behind %s", (_name, payload) => {
    expect(seenIn(payload).texts.join("\n")).toMatch(/; ?cat ?\/etc\/passwd/);
  });

  it("shows overlong UTF-8 as what it stands for", () => {
    const overlong = Buffer.from("2e2ec0af2e2ee080af6574632fc1b0617373", "hex");
    expect(seenIn(overlong).texts).toContain("../../etc/pass");
    expect(seenIn("..%c0%afetc").texts).toContain("../etc");
  });

  it("shows plain text once", () => {
    expect(seenIn('{"temperature":21.5,"unit":"C"}')).toMatchObject({
      texts: ['{"temperature":21.5,"unit":"C"}'],
      cut: false,
    });
  });

  it("says what it has not seen through", () => {
    const wrapped = (times: number): string => (times === 0 ? attack : base64(wrapped(times - 1)));
    expect(seenIn(wrapped(3)).cut).toBe(false);
    expect(seenIn(wrapped(4)).cut).toBe(true);
    expect(seenIn(gzipSync("a".repeat(1_000_000))).cut).toBe(true);
  });

  it("tells more pieces than are opened from what is too deep or too large", () => {
    const greetings = (count: number) =>
      JSON.stringify([...Array(count).fill(base64("good morning to you")), base64(attack)]);
    expect(seenIn(greetings(63))).toMatchObject({ unseen: "none" });
    expect(seenIn(greetings(63)).texts).toContain(attack);
    expect(seenIn(greetings(66)).unseen).toBe("crowded");
    const archives = Array.from({ length: 9 }, (_, n) => base64(gzipSync(`reading ${n}`)));
    expect(seenIn(archives.slice(1).join(" ")).unseen).toBe("none");
    expect(seenIn(archives.join(" ")).unseen).toBe("crowded");
    expect(seenIn(`${base64(brokenLater)} ${base64(brokenLater)}`).unseen).toBe("crowded");
    expect(seenIn(gzipSync("a".repeat(1_000_000))).unseen).toBe("cut");
  });

  it("looks at no more than four times the payload and eight thousand bytes, or one archive", () => {
    const piece = fc.constantFrom(base64(attack), "%2541", "\\u0041", wide("ab"), " ", "&#65;");
    const texts = fc
      .array(piece, { minLength: 50, maxLength: 400, size: "max" })
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        expect(seenIn(text).length).toBeLessThanOrEqual(4 * Buffer.byteLength(text) + 8192);
      }),
    );
    const archives = Array.from({ length: 8 }, (_, n) =>
      base64(gzipSync(String(n).repeat(30_000))),
    );
    const { cut, length } = seenIn(archives.join(" "));
    expect(cut).toBe(true);
    expect(length).toBeLessThanOrEqual(4 * archives.join(" ").length + 8192);
    expect(seenIn(gzipSync("b".repeat(30_000)))).toMatchObject({ cut: false, length: 30_000 });
  });

  it("goes no further once enough has been seen", () => {
    const payload = `%2541 ${base64(attack)} ${base64(gzipSync(attack))}`;
    const { texts } = seenIn(payload);
    expect(texts.length).toBeGreaterThan(4);
    for (let stopAfter = 1; stopAfter < texts.length; stopAfter++) {
      expect(seenIn(payload, stopAfter)).toMatchObject({
        texts: texts.slice(0, stopAfter),
        unseen: "enough",
      });
    }
  });

  it("never throws, on any bytes and on broken archives", () => {
    const bytes = fc.uint8Array({ maxLength: payloadLimitBytes, size: "max" });
    const broken = fc.uint8Array({ maxLength: 200 }).map((tail) => {
      return Buffer.concat([gzipSync(attack).subarray(0, 14), tail]);
    });
    fc.assert(
      fc.property(fc.oneof(bytes, broken), (payload) => {
        seenIn(payload);
      }),
      { numRuns: 60 },
    );
  });
});

it("is not led astray by what a payload pretends to be at its beginning", () => {
  const pretending = Buffer.concat([Buffer.from("a".repeat(400), "utf16le"), Buffer.from(attack)]);
  expect(seenIn(pretending).texts.join()).toContain(attack);
  expect(seenIn(Buffer.concat([gzipSync("a"), Buffer.from(attack)])).texts.join()).toContain(
    attack,
  );
});
