import { describe, expect, it } from "vitest";
import { parseSample, SampleInvalid } from "./sample.ts";

const parse = (line: string | Uint8Array) => parseSample(Buffer.from(line), "device");

describe("a sample", () => {
  it("is a text or Base64, from a device unless it says otherwise", () => {
    expect(parse('{"text":"é","label":"x","topic":"a/b"}')).toMatchObject({
      payload: Buffer.from("é"),
      ...{ origin: "device", label: "x", topic: "a/b" },
    });
    expect(parse('{"base64":"AP8=","origin":"upstream","id":7}')).toMatchObject({
      payload: Buffer.from([0, 255]),
      ...{ origin: "upstream", id: "7" },
    });
    expect(parse('{"text":"","topic":"a","client":"b","qos":0}')).toMatchObject({
      ...{ topic: "a", client: "b", qos: 0 },
    });
    expect(parse('\uFEFF{"text":""}').payload).toHaveLength(0);
  });

  it("keeps bytes that are no UTF-8 as they are", () => {
    const line = Buffer.concat([
      Buffer.from('{"text":"a'),
      Buffer.of(0xc0, 0xaf),
      Buffer.from('"}'),
    ]);
    expect(parse(line).payload).toEqual(Buffer.of(0x61, 0xc0, 0xaf));
  });

  it.each([
    ["", "no JSON;"],
    ["[1]", "no JSON object"],
    ["null", "no JSON object"],
    ["{}", 'give either "text" or "base64"'],
    ['{"text":"a","base64":"YQ=="}', 'give either "text" or "base64"'],
    ['{"text":5}', '"text" is no text'],
    ['{"base64":"?"}', '"base64" is no Base64'],
    ['{"text":"a","origin":"moon"}', '"origin" is none of upstream, device'],
    ['{"text":"a","qos":"0"}', '"qos" is none of 0, 1, 2'],
    ['{"text":"a","client":7}', '"client" is no text'],
    ['{"text":"a","topic":{}}', '"topic" is no text'],
    ['{"text":"a","id":{"toString":1}}', '"id" is neither text nor a number'],
    [`{"text":"a","id":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, '"id" is neither text nor'],
  ])("is refused with what to do: %s", (line, complaint) => {
    expect(() => parse(line)).toThrow(SampleInvalid);
    expect(() => parse(line)).toThrow(complaint);
  });
});
