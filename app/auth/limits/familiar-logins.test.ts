import { expect, it } from "vitest";
import { FamiliarLogins } from "./familiar-logins.ts";

it("knows a device at the address it logged in from, and no other pair", () => {
  const logins = new FamiliarLogins();
  for (let i = 0; i < 1_000; i++) logins.remember(`device-${i}`, `203.0.113.${i % 200}`);

  const known = Array.from({ length: 1_000 }, (_, i) =>
    logins.knows(`device-${i}`, `203.0.113.${i % 200}`),
  );
  const others = Array.from({ length: 1_000 }, (_, i) =>
    logins.knows(`device-${i}`, "198.51.100.7"),
  );

  expect(known.filter(Boolean).length).toBeGreaterThan(990);
  expect(others).not.toContain(true);
  expect(new FamiliarLogins().knows("device-1", "203.0.113.1")).toBe(false);
});
