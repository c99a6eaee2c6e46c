import { expect, it } from "vitest";
import { clientOfHeld, clientOfSession } from "./mqtt-layer.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it("reads whose a session is", () => {
  expect(clientOfSession(json({ origin: "o", id: "pump-7", clean: true }))).toBe("pump-7");
  expect(clientOfSession(json({ origin: "o" }))).toBeUndefined();
  expect(clientOfSession(Buffer.from("{"))).toBeUndefined();
});

it("reads who holds back what", () => {
  expect(clientOfHeld("clients.pump-7.reports")).toBe("pump-7");
  for (const other of [undefined, "clients.pump-7.alerts", "clients.pump-7.reports.x", "x"]) {
    expect(clientOfHeld(other)).toBeUndefined();
  }
});
