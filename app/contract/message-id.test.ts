import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageId } from "./message-id.ts";

const topic = "clients/d1/alerts";
const bytes = (text: string) => new TextEncoder().encode(text);
const id = (payload: string, payloadId: unknown, client = "d1") =>
  messageId(client, topic, bytes(payload), payloadId);

describe("with an id in the payload", () => {
  it("is client, id and the start of the payload's hash", () => {
    expect(id("x", "a-1")).toMatch(/^d1:a-1:[0-9a-f]{16}$/);
  });

  it("stays the same for the same bytes and differs for changed ones", () => {
    expect(id("x", "a")).toBe(id("x", "a"));
    expect(id("x", "a")).not.toBe(id("y", "a"));
  });

  it("keeps clients apart that use the same ids", () => {
    expect(id("x", "a", "d1")).not.toBe(id("x", "a", "d2"));
  });

  it("takes whole numbers", () => {
    expect(id("x", 7)).toMatch(/^d1:7:/);
  });
});

describe("without an id that can stand in a header", () => {
  it.each([
    undefined,
    null,
    "",
    "a b",
    "a\r\nb",
    "é",
    "x".repeat(129),
    1.5,
    Number.NaN,
    {},
    ["a"],
  ])("falls back to topic and payload for %j", (payloadId) => {
    expect(id("x", payloadId)).toMatch(/^d1:[0-9a-f]{64}$/);
  });
});

it("is always one printable token, whatever the payload says", () => {
  fc.assert(
    fc.property(fc.anything(), fc.uint8Array(), (payloadId, payload) => {
      expect(messageId("d1", topic, payload, payloadId)).toMatch(/^[\x21-\x7e]{1,300}$/);
    }),
  );
});
