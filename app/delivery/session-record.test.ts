import { expect, it } from "vitest";
import { readEnd, readSession } from "./session-record.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

it("reads of a session whose it is and whether the device gets its alerts", () => {
  const session = { origin: "o", id: "pump-7", clean: true };
  expect(readSession(json(session))).toEqual({
    ...{ clientId: "pump-7", clean: true, subscribed: false },
  });
  expect(readSession(json({ ...session, subs: { "clients.pump-7.alerts": 1 } }))).toMatchObject({
    subscribed: true,
  });
  expect(readSession(json({ id: "pump-7" }))).toMatchObject({ clean: false });
  expect(readSession(json({ origin: "o" }))).toBeUndefined();
  expect(readSession(Buffer.from("{"))).toBeUndefined();
});

it("reads when a device's connection began and ended, and no other's", () => {
  const client = {
    ...{ client_type: "mqtt", client_id: "pump-7" },
    ...{ start: "2026-01-02T03:04:05.123456789Z", stop: "2026-01-02T03:04:06Z" },
  };
  expect(readEnd(json({ client }))).toEqual({
    ...{ clientId: "pump-7", start: Date.UTC(2026, 0, 2, 3, 4, 5, 123) },
    stop: Date.UTC(2026, 0, 2, 3, 4, 6),
  });
  expect(readEnd(json({ client: { ...client, client_type: "nats" } }))).toBeUndefined();
  expect(readEnd(Buffer.from("{}"))).toBeUndefined();
});
