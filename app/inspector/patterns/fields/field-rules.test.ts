import { describe, expect, it } from "vitest";
import { compileRules } from "../compile.ts";
import type { Envelope } from "../envelope.ts";
import { lintRule } from "../lint.ts";
import { parseWith, RuleSchema } from "../rule.ts";
import { rawRule, sampleRule } from "../sample-rule.ts";

type Detection = Record<string, unknown>;
const when = (selection: Record<string, unknown>): Detection => ({ a: selection, condition: "a" });

function matches(detection: Detection, payload: string | Uint8Array, envelope?: Envelope): boolean {
  const matcher = compileRules([sampleRule({ detection })]);
  const found = matcher.match(Buffer.from(payload), "device", envelope);
  return found.some(({ title }) => title === "Sample");
}

describe("values of JSON", () => {
  it.each([
    ["alert.cmd", "Reboot", '{"cmd":"reBOOT"}', '{"cmd":"reboots"}'],
    ["alert.cmd", ["on", "off"], '{"cmd":"off"}', '{"cmd":"of"}'],
    ["alert.level", 7, '{"level":7.0}', '{"level":70}'],
    ["alert.level", 7, '{"level":"7"}', '{"level":"seven"}'],
    ["alert.armed", false, '{"armed":false}', '{"armed":null}'],
    ["alert.armed", false, '{"armed":"False"}', '{"armed":0}'],
    ["alert.url|contains", "/Admin", '{"url":"http://a/admin?"}', '{"url":"/adm","x":"/admin"}'],
    ["alert.url|startswith", "FTP:", '{"url":"ftp://a"}', '{"url":"x ftp://a"}'],
    ["alert.file|endswith", ".sh", '{"file":"a.SH"}', '{"file":"a.sh2"}'],
    ["alert.tags|contains|all", ["red", "blue"], '{"tags":["blue","reds"]}', '{"tags":["red"]}'],
    ["alert.id|re", "^[a-f]\\d+$", '{"id":"b12"}', '{"id":"B12"}'],
    ["alert.id|re|i", "^[a-f]\\d+$", '{"id":"B12"}', '{"id":"G12"}'],
    ["alert.to|cidr", ["10.0.0.0/8", "fd00::/8"], '{"to":"10.9.8.7"}', '{"to":"11.9.8.7"}'],
    ["alert.to|cidr", "10.0.0.0/8", '{"to":"::ffff:10.1.2.3"}', '{"to":"::ffff:11.1.2.3"}'],
    ["alert.to|cidr", "fd00::/8", '{"to":"fdab::1"}', '{"to":"10.0.0.1"}'],
    ["alert.to|cidr", "192.0.2.7", '{"to":"192.0.2.7"}', '{"to":"192.0.2.7:80"}'],
    ["alert.n|gt", 10, '{"n":10.5}', '{"n":10}'],
    ["alert.n|gte", 10, '{"n":"1e1"}', '{"n":9.99}'],
    ["alert.n|lt", -5, '{"n":-6}', '{"n":-5}'],
    ["alert.n|lte", 0, '{"n":-0.0}', '{"n":"zero"}'],
    ["alert.x|exists", true, '{"x":null}', '{"y":"x"}'],
    [
      "alert.d|base64offset|contains",
      "powershell",
      `{"d":"${btoa("a powershell x")}"}`,
      '{"d":"power"}',
    ],
    ["alert.items.name", "x", '{"items":[{"name":"y"},{"name":"x"}]}', '{"name":"x","items":[1]}'],
    ["alert.*.name", "x", '{"a":{"name":"x"}}', '{"a":{"b":{"name":"x"}}}'],
    ["alert.**.name", "x", '{"a":{"b":[{"name":"x"}]}}', '{"a":{"b":"name","c":"x"}}'],
    ["alert.two words", "x", '{"two words":"x"}', '{"two":"x"}'],
  ])("%s: %j", (key, value, matching, clean) => {
    expect(matches(when({ [key]: value }), matching)).toBe(true);
    expect(matches(when({ [key]: value }), clean)).toBe(false);
  });

  it("takes all values of a key that is there several times", () => {
    const cmd = when({ "alert.cmd": "reboot" });
    expect(matches(cmd, '{"cmd":"reboot","cmd":"noop"}')).toBe(true);
    expect(matches(cmd, '{"cmd":"noop","cmd":"reboot"}')).toBe(true);
  });

  it("finds a key however it is written", () => {
    const cmd = when({ "alert.do/it": "now" });
    expect(matches(cmd, '{"\\u0064\\u006f/it":"n\\u006fw"}')).toBe(true);
    expect(matches(cmd, '{"do\\/it":"now"}')).toBe(true);
    expect(matches(cmd, '{"DO/IT":"now"}')).toBe(true);
    // As a text it is hardly any, and some reader takes it for JSON all the same.
    const bytes = Buffer.concat([Buffer.alloc(90, 0xff), Buffer.of(0)]);
    expect(matches(cmd, Buffer.concat([Buffer.from('{"do/it":"now","x":"'), bytes]))).toBe(true);
  });

  it("has none in what is no object and no array", () => {
    expect(matches(when({ "alert.cmd": "now" }), 'note: "cmd":"now"')).toBe(false);
    expect(matches(when({ "alert.cmd": "now" }), "")).toBe(false);
  });

  it("compares numbers that no number holds by their size", () => {
    const above = when({ "alert.n|gt": 9_007_199_254_740_990 });
    expect(matches(above, '{"n":9007199254740993}')).toBe(true);
    expect(matches(above, `{"n":${"9".repeat(300)}}`)).toBe(true);
    expect(matches(above, '{"n":1e400}')).toBe(true);
    expect(matches(above, '{"n":-1e400}')).toBe(false);
    expect(matches(above, `{"n":"${"9".repeat(60_000)}"}`)).toBe(true);
    expect(matches(above, `{"n":"9${" ".repeat(60_000)}9"}`)).toBe(false);
    for (const none of ['""', '" "', '"0x7fffffffffffffffff"', "true", "[]", '"NaN"', "Infinity"])
      expect(matches(above, `{"n":${none}}`)).toBe(false);
  });

  it.each([
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "length",
  ])("takes %s for a key like any other", (key) => {
    const asked = when({ [`alert.${key}.polluted|exists`]: true });
    expect(matches(asked, `{"${key}":{"polluted":1}}`)).toBe(true);
    expect(matches(asked, '{"polluted":1}')).toBe(false);
    expect(matches(asked, "{}")).toBe(false);
  });

  it("is bounded in time by the size of a message, whatever it consists of", () => {
    const detection = {
      a: { "alert.**.a.*.b|re|i": "x[a-z]{0,16}y", "alert.*.a": "x" },
      condition: "a",
    };
    const matcher = compileRules([sampleRule({ detection })]);
    for (const piece of [
      "[",
      "{",
      '{"a":',
      '"a":',
      '"\\',
      '\\u0061"',
      ",",
      '"a":{"b":"xx"},',
      "1",
      '"\\q",',
      '"a":"\\q",',
      "'a',",
      "/*",
    ]) {
      const payload = Buffer.from(`{"a":"b",${piece.repeat(65_000)}`).subarray(0, 65_000);
      expect(matcher.match(payload, "device").map(({ title }) => title)).not.toContain("Sample");
    }
  });
});

describe("fields of the message", () => {
  const envelope = { topic: "clients/pump-7/reports", clientId: "pump-7", qos: 0 };

  it.each([
    ["mqtt.publish.topic|endswith", "/reports", true],
    ["mqtt.publish.topic", "clients/PUMP-7/reports", true],
    ["mqtt.publish.topic|contains", "valve", false],
    ["mqtt.connect.clientid|re", "^pump-\\d$", true],
    ["mqtt.connect.clientid", "pump", false],
    ["mqtt.qos", 0, true],
    ["mqtt.qos|gte", 1, false],
    ["mqtt.qos|exists", true, true],
  ])("%s: %j", (key, value, expected) => {
    const detection = when({ [key]: value, "payload|contains": "attack" });
    expect(matches(detection, "an attack", envelope)).toBe(expected);
    expect(matches(detection, "an attack")).toBe(false);
    expect(matches(detection, "a tack", envelope)).toBe(false);
  });

  it("may be all that a rule asks for", () => {
    const detection = when({ "mqtt.qos": 0, "mqtt.connect.clientid|startswith": "pump" });
    expect(matches(detection, "", envelope)).toBe(true);
    expect(matches(detection, "", { ...envelope, qos: 1 })).toBe(false);
  });

  it("knows mqtt.publish.message as another name of payload", () => {
    const detection = when({ "mqtt.publish.message|contains|all": ["red", "../"] });
    expect(matches(detection, "RED %2e%2e%2f")).toBe(true);
    expect(matches(detection, "red ..")).toBe(false);
  });
});

describe("conditions over fields", () => {
  const detection = {
    order: { "alert.cmd": ["open", "close"] },
    signed: { "alert.signature|exists": true },
    unsigned: { "alert.signature|exists": false },
    night: { "alert.hour|lt": 6 },
  };
  it.each([
    ["order and not signed and (unsigned or night)", '{"cmd":"open"}', true],
    ["order and not signed and (unsigned or night)", '{"cmd":"open","signature":1}', false],
    ["(order or night) and unsigned and not signed", '{"hour":5}', true],
    ["order and unsigned and not (night or signed)", '{"cmd":"open"}', true],
    ["order and unsigned and not (night or signed)", '{"cmd":"open","hour":5}', false],
    ["all of them", '{"cmd":"close","hour":1}', false],
    ["1 of si* and 1 of order", '{"cmd":"open","signature":null}', true],
    ["1 of them and not unsigned", '{"cmd":"halt","hour":7,"signature":""}', true],
  ])("%s, in %s: %j", (condition, payload, expected) => {
    expect(matches({ ...detection, condition }, payload)).toBe(expected);
  });
});

describe("what is refused", () => {
  const problems = (selection: Record<string, unknown>) => {
    const parsed = parseWith(RuleSchema, "x", rawRule({ detection: when(selection) }));
    return parsed.ok ? lintRule(sampleRule({ detection: when(selection) })) : parsed.problems;
  };
  it.each([
    [{ "alert.n|gt": "7" }, "write a number"],
    [{ "alert.n|gt": 2 ** 53 }, "numbers of at most 15 digits"],
    [{ "alert.n|contains": 7 }, "quote the text"],
    [{ "payload|contains": 700 }, "quote the text"],
    [{ "alert.n|exists": "yes" }, "write true or false"],
    [{ "alert.n|cidr": "10.0.0.0/33" }, "write a network"],
    [{ "alert.n|cidr": "fe80::1%eth0/64" }, "write a network"],
    [{ "alert.n|cidr": "example.org" }, "write a network"],
    [{ "alert.n|re": "(a" }, "is no RE2 pattern"],
    [{ "alert.n": null }, "write one value or a list"],
    [{ "alert.n": [] }, "write one value or a list"],
    [{ alert: "x" }, "use payload, alert."],
    [{ "alert.": "x" }, "use payload, alert."],
    [{ "alert..a": "x" }, "use payload, alert."],
    [{ "alert.a.*": "x" }, "use payload, alert."],
    [{ "alert.a*b": "x" }, "use payload, alert."],
    [{ "alert.a|all": ["x"] }, "use payload, alert."],
    [{ "alert.a|gt|all": [1] }, "use payload, alert."],
    [{ "mqtt.retain": true }, "use payload, alert."],
    [{ "mqtt.reason_code": 1 }, "use payload, alert."],
    [{ payload: "whole" }, "use payload, alert."],
    [{ "payload|exists": true }, "use payload, alert."],
    [{ "payload|cidr": "10.0.0.0/8" }, "use payload, alert."],
    [{ [`alert.${"a".repeat(300)}`]: "x" }, "shorten to 256"],
    [{ [`alert.${"a.".repeat(16)}a`]: "x" }, "its path has 17 keys"],
    [{ "alert.**.a.**.b": "x" }, "has ** twice"],
    [{ "alert.**.a.**.b|re": "x" }, "has ** twice"],
    [{ "alert.a|base64offset|contains": "x" }, "use at least 6"],
    [{ "payload|base64offset|contains": "shell" }, "use at least 6"],
    [{ "alert.signature|exists": false }, "holds for a message without any of the texts"],
  ])("%j: %s", (selection, advice) => {
    expect(problems(selection).join()).toContain(advice);
  });
});
