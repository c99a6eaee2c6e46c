import { expect, it } from "vitest";
import { Flapping } from "./flapping.ts";
import { loginFinding, subjectOf } from "./login-finding.ts";

const settings = { logins: 3, windowMs: 600_000, quietMs: 3_600_000, perMinute: 2 };
function flappingOf() {
  const time = { nowMs: 10_000_000 };
  const flapping = new Flapping(settings, () => time.nowMs);
  const logIn = (clientId: string, times: number, addresses = ["192.0.2.7"]) =>
    Array.from({ length: times }, (_, n) => {
      time.nowMs += 1_000;
      return flapping.note({ clientId, address: addresses[n % addresses.length] ?? "" });
    });
  return { logIn, time };
}
const none = { told: [], untold: 0 };

it("tells of a device that logs in more often than is usual, once an hour, and from where", () => {
  const { logIn, time } = flappingOf();
  const places = ["192.0.2.7", "198.51.100.2"];
  const flap = { rule: "connect-flapping", clientId: "pump-7", logins: 4, addresses: places };
  expect(logIn("pump-7", 4, places)).toEqual([
    ...[none, none, none],
    { told: [{ ...flap, seconds: 3 }], untold: 0 },
  ]);
  for (let tenMinutes = 0; tenMinutes < 5; tenMinutes++) {
    time.nowMs += 600_000;
    expect(logIn("pump-7", 10).every(({ told }) => told.length === 0)).toBe(true);
  }
  time.nowMs += 600_000;
  expect(logIn("pump-7", 4).at(-1)?.told).toHaveLength(1);
});

it("tells of none that comes back now and then, nor of many that come back once", () => {
  const { logIn, time } = flappingOf();
  for (let n = 0; n < 100; n++) {
    time.nowMs += 300_000;
    expect(logIn("bad-line", 1)).toEqual([none]);
  }
  for (let n = 0; n < 1_000; n++) expect(logIn(`pump-${n}`, 1)).toEqual([none]);
});

it("only counts those beyond so many in a minute", () => {
  const { logIn, time } = flappingOf();
  const last = (clientId: string) => logIn(clientId, 4).at(-1);
  expect([last("a"), last("b")].map((each) => each?.told.length)).toEqual([1, 1]);
  expect(last("c")).toEqual({ told: [], untold: 1 });
  // Who was crowded out is told of as soon as there is room.
  time.nowMs += 60_000;
  expect(logIn("c", 1)[0]?.told).toHaveLength(1);
});

it("is a finding of low severity of that device, which was let in", () => {
  const flap = {
    ...({ rule: "connect-flapping", clientId: "pump-7", logins: 31, seconds: 20 } as const),
    addresses: ["192.0.2.7", "198.51.100.2"],
  };
  expect(subjectOf(flap)).toBe("pump-7");
  expect(loginFinding(flap, 1_000)).toMatchObject({
    ...{ severity_id: 2, action_id: 1, disposition_id: 1 },
    message: expect.stringContaining("31 logins in 20 s from 192.0.2.7, 198.51.100.2"),
    resources: [{ type: "Device", uid: "pump-7" }],
  });
});
