import { expect, it } from "vitest";
import { parseDuration, parseOptions } from "./options.ts";

it.each([
  ["30s", 30],
  ["5m", 300],
  ["1h", 3600],
])("reads %s", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each(["", "30", "s", "-5s", "0s", "1d", "1.5m"])("refuses %j and says what it wants", (text) => {
  expect(() => parseDuration(text)).toThrow(/such as 30s/);
});

it("archives nothing unless it is told to", () => {
  expect(parseOptions([]).archive).toBeUndefined();
  expect(parseOptions(["--archive"]).archive).toBe(true);
});

it("keeps no alerts until they are confirmed unless it is told to", () => {
  expect(parseOptions([]).confirm).toBeUndefined();
  expect(parseOptions(["--confirm"]).confirm).toBe(true);
});

it("lets devices prove themselves by secrets unless it is told otherwise", () => {
  expect(parseOptions([]).deviceAuth).toBe("secret");
  expect(parseOptions(["--device-auth", "certificate"]).deviceAuth).toBe("certificate");
});
