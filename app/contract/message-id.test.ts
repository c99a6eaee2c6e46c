import fc from "fast-check";
import { expect, it } from "vitest";
import { alertMessageId } from "./message-id.ts";

const id = (payload: string, alertId: string, client = "d1") =>
  alertMessageId(client, alertId, new TextEncoder().encode(payload));

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

it.each(["", "a b", "a\r\nb", "é", "x".repeat(129)])("is none for %j", (alertId) => {
  expect(id("x", alertId)).toBeUndefined();
});

it("is one printable token or none, whatever the publisher says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (alertId, payload) => {
      expect(id(payload, alertId) ?? "none").toMatch(/^[\x21-\x7e]{1,300}$/);
    }),
  );
});
