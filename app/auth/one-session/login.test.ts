import fc from "fast-check";
import { expect, it } from "vitest";
import { givesWay, graceMs, type Login } from "./login.ts";

const login = (serverId: string, atMs: number): Login => ({
  ...{ clientId: "pump-7", serverId, connection: 1 },
  atMs,
});

it("gives way to a login that is clearly later, and to no earlier one", () => {
  const [here, there] = [login("NZ", 10_000), login("NA", 10_000 + graceMs + 1)];
  expect(givesWay(here, there)).toBe(true);
  expect(givesWay(there, here)).toBe(false);
});

it("ends one of two sessions, never both and never none, however clocks differ", () => {
  const place = fc.string({ minLength: 1, maxLength: 3 });
  const time = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(fc.uniqueArray(place, { minLength: 2, maxLength: 2 }), time, time, (at, a, b) => {
      const [one, other] = [login(at[0] ?? "", a), login(at[1] ?? "", b)];
      expect(givesWay(one, other)).toBe(!givesWay(other, one));
    }),
  );
});
