import fc from "fast-check";
import { expect, it } from "vitest";
import { isHarmless } from "../../shared/hostile-texts.fixture.ts";
import { evidenceExcerpt, excerptLimitBytes } from "./evidence-excerpt.ts";

const excerptOf = (text: string) => evidenceExcerpt(Buffer.from(text));

it("leaves an ordinary alert as it is", () => {
  const alert = '{"id":"a-17","type":"overheat","message":"Pump 7 at 91 °C, limit 80"}';
  expect(excerptOf(alert)).toBe(alert);
});

it.each([
  ['{"user":"pump","password":"hunter2 and more","x":1}', "hunter2"],
  ['{"nested":"{\\"api_key\\":\\"k-123-456\\"}"}', "k-123-456"],
  ["login=pump&passwd=hunter2&x=1", "hunter2"],
  ["Authorization: Bearer abc.def.ghi", "abc.def.ghi"],
  ["mqtts://pump:hunter2@broker:8883", "hunter2"],
  ['{"k":"-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----"}', "MIIE"],
  [`{"t":"${"Zm9v".repeat(12)}"}`, "Zm9v"],
  ['{"client_secret": "s3cr3t"', "s3cr3t"],
  ['{"session_id":"0011"}', "0011"],
])("masks the secret in %s", (text, secret) => {
  expect(excerptOf(text)).not.toContain(secret);
  expect(excerptOf(text)).toContain("[masked]");
});

it("shows no part of a secret that lies across the end of what it looks at", () => {
  for (let fill = 980; fill <= 1_024; fill++) {
    const masked = `{"password":"${"x".repeat(fill)}","key":"`;
    const payload = `${masked}AKIA${"SECRET".repeat(40)}"}`;
    expect(excerptOf(payload)).not.toContain("AKIA");
  }
});

it("stays within its limit and on one line, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (payload) => {
      const excerpt = evidenceExcerpt(payload);
      expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(excerptLimitBytes);
      expect(isHarmless(excerpt)).toBe(true);
    }),
  );
  expect(excerptOf(`${"é".repeat(300)}`)).toBe("é".repeat(128));
});

it("takes no more than a few milliseconds on text made to hurt", () => {
  const hostile = ["password=".repeat(120), "-----BEGIN ".repeat(100), "://a:".repeat(210)];
  for (const text of hostile) {
    const startMs = performance.now();
    for (let i = 0; i < 20; i++) excerptOf(text);
    expect((performance.now() - startMs) / 20).toBeLessThan(10);
  }
});
