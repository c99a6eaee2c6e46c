import { describe, expect, it } from "vitest";
import { patternFindings } from "../../pipeline/stages.ts";
import { verdictOf } from "../../pipeline/verdict.ts";
import { compileRules } from "../compile.ts";
import { sampleRule } from "../sample-rule.ts";

const when = (selection: Record<string, unknown>) => ({ a: selection, condition: "a" });

function matches(detection: Record<string, unknown>, payload: string | Uint8Array): boolean {
  const found = compileRules([sampleRule({ detection })]).match(Buffer.from(payload), "device");
  return found.some(({ title }) => title === "Sample");
}

describe("a value that is hidden from readers of JSON, not from all of them", () => {
  it.each([
    ["does not know", '{"cmd":"\\u0072eb\\oot"}'],
    ["does not know, in the key", '{"cm\\d":"reboot"}'],
    ["stands beside a control character", '{"cmd":"\\u0072eboot","x":"\t"}'],
    ["stands beside one that JSON does not know", '{"cmd":"\\u0072eboot\\q"}', "reboot\\q"],
    ["stands beside one that is left out", '{"cmd":"\\u0072eboot\\q"}', "rebootq"],
  ])("knows an escape that %s", (_what, payload, value = "reboot") => {
    expect(matches(when({ "alert.cmd": value }), payload)).toBe(true);
  });

  it.each([
    ["'cmd':'reboot'"],
    ['"a":1,\'cmd\':"reboot"'],
    ["cmd: reboot"],
    ['"a":\'"\',cmd=reboot'],
    ["/* \" */ cmd /**/ : 'reboot'"],
    ["\"a\":1;'\\u0063md':'reboot'"],
  ])("reads what some readers take for JSON: {%s}", (members) => {
    expect(matches(when({ "alert.cmd": "reboot" }), `{${members}}`)).toBe(true);
    const longer = members.replace("reboot", "reboots");
    expect(matches(when({ "alert.cmd": "reboot" }), `{${longer}}`)).toBe(false);
  });

  const order = '{"cmd":"reboot"}';
  const filled = `{"x":"${"\u9fa5".repeat(400)}","cmd":"reboot"}`;
  const utf32 = (text: string) =>
    Buffer.from(Uint32Array.from(text, (c) => c.charCodeAt(0)).buffer);
  it.each([
    ["UTF-16", Buffer.from(order, "utf16le")],
    ["UTF-16 with a mark", Buffer.from(`\ufeff${order}`, "utf16le")],
    ["UTF-16, big end first", Buffer.from(order, "utf16le").swap16()],
    ["UTF-16, big end first, with a mark", Buffer.from(`\ufeff${order}`, "utf16le").swap16()],
    ["UTF-16 of hardly any plain letter", Buffer.from(filled, "utf16le")],
    ["UTF-16, big end first, of hardly any", Buffer.from(` ${filled}`, "utf16le").swap16()],
    ["UTF-32", utf32(order)],
    ["UTF-32 with a mark, big end first", utf32(`\ufeff${filled}`).swap32()],
  ])("reads %s", (_encoding, payload) => {
    expect(matches(when({ "alert.cmd": "reboot" }), payload)).toBe(true);
    expect(matches(when({ "alert.cmd": "boot" }), payload)).toBe(false);
    expect(matches(when({ "payload|contains": '"cmd":"reboot"' }), payload)).toBe(true);
  });

  it.each([
    ["more values", `{${'"cmd":1,'.repeat(4_097)}"cmd":"now"}`, "alert.cmd"],
    ["deeper ones", `${'{"a":'.repeat(257)}{"cmd":"now"}${"}".repeat(257)}`, "alert.**.cmd"],
  ])("holds a report with %s than are compared, whatever the rule would do", (_what, text, key) => {
    const matcher = compileRules([
      sampleRule({ detection: when({ [key]: "now" }), sentinel: { action: "quarantine" } }),
    ]);
    for (const origin of ["device", "upstream"] as const) {
      const found = matcher.match(Buffer.from(text), origin);
      expect(found.map(({ rule }) => rule)).toEqual(["content-not-compared"]);
      const verdict = origin === "device" ? "quarantine" : "tag";
      expect(verdictOf(origin, patternFindings(found))).toBe(verdict);
    }
  });
});
