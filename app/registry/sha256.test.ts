import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacSha256, Sha256 } from "./sha256.ts";

const bytes = fc.uint8Array({ maxLength: 200 });
const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");

describe("an HMAC", () => {
  it("is Node's own, whatever bytes the key is of", () => {
    fc.assert(
      fc.property(bytes, bytes, (key, data) => {
        const expected = createHmac("sha256", Buffer.from(key)).update(data).digest("hex");
        expect(hmacSha256(key).update(data).digest("hex")).toBe(expected);
        expect(hmacSha256(key.buffer).update(data).digest("hex")).toBe(expected);
      }),
    );
  });

  it("is that of RFC 4231, test case 6", () => {
    const key = Buffer.alloc(131, 0xaa);
    const data = "Test Using Larger Than Block-Size Key - Hash Key First";
    expect(hmacSha256(key).update(data).digest("hex")).toBe(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
  });
});

describe("what signs the SDK's requests", () => {
  it("hashes, and signs under keys of text and of bytes, in parts and anew", async () => {
    const plain = new Sha256();
    plain.update("grün");
    expect(hex(await plain.digest())).toBe(createHash("sha256").update("grün").digest("hex"));

    for (const key of ["AWS4sécret", Buffer.from([0, 128, 255])]) {
      const expected = createHmac("sha256", key).update("a request").digest("hex");
      const signing = new Sha256(key);
      signing.update("something else");
      signing.reset();
      signing.update("a ");
      signing.update(Buffer.from("request"));
      expect(hex(await signing.digest())).toBe(expected);
    }
  });
});
