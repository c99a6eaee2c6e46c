import { expect, it } from "vitest";
import { clientOfHeld, clientOfSession } from "./mqtt-layer.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it("reads whose a session is", () => {
  expect(clientOfSession(json({ origin: "o", id: "pump-7", clean: true }))).toBe("pump-7");
  expect(clientOfSession(json({ origin: "o" }))).toBeUndefined();
  expect(clientOfSession(Buffer.from("{"))).toBeUndefined();
});

it("reads who sent what is held", () => {
  expect(clientOfHeld("held.pump-7.12")).toBe("pump-7");
});
