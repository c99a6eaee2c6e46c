import { expect, it } from "vitest";
import { payloadLimitBytes } from "../../contract/limits.ts";
import { createTextFinder, isText } from "./payload-text.ts";

const textOf = createTextFinder();
const read = (payload: Uint8Array) => Buffer.from(textOf(payload)).toString("latin1");

it("takes UTF-8 for text as a whole, with its escapes and controls", () => {
  const report = Buffer.from('{"name":"Gerät\\u0000","bell":"\u001b[31m"}\n');
  expect(textOf(report)).toBe(report);
});

it("keeps a text with a blemish whole, or one bad byte would hide it", () => {
  expect(isText(Buffer.concat([Buffer.from("10.0.0.1; cat /etc/passwd"), Buffer.of(0xff)]))).toBe(
    true,
  );
  expect(isText(Buffer.from("Zeitüberschreitung beim Lesen", "latin1"))).toBe(true);
});

it("reads only the writing in a binary, each piece apart from the next", () => {
  const binary = Buffer.concat([
    Buffer.from([0xa2, 0x64, 0x00, 0x1b, 0x50, 0x9f, 0xfb, 0x40, 0x5e, 0xe1, 0x47, 0xae]),
    Buffer.from("${jndi:ldap"),
    Buffer.from([0x00, 0xff, 0x80, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97]),
    Buffer.from("host a"),
  ]);
  expect(read(binary)).toBe("${jndi:ldap\u0001host a");
});

it("finds nothing to read in noise", () => {
  expect(read(Buffer.from([0x1b, 0x50, 0x00, 0xff, 0x27, 0x3b, 0x9c, 0x2e, 0x2f, 0xaa]))).toBe("");
});

it("finds writing up to the last byte of the largest payload", () => {
  const payload = new Uint8Array(payloadLimitBytes);
  payload.set(Buffer.from("the end"), payloadLimitBytes - 7);
  expect(read(payload)).toBe("the end");
});
