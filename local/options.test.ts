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

it("is watched by nobody unless it is told to", () => {
  expect(parseOptions([]).watch).toBeUndefined();
  expect(parseOptions(["--watch"]).watch).toBe(true);
});

it("keeps no alerts until they are confirmed unless it is told to", () => {
  expect(parseOptions([]).confirm).toBeUndefined();
  expect(parseOptions(["--confirm"]).confirm).toBe(true);
});

it("runs fewer devices and a lower rate where regions are several, unless it is told otherwise", () => {
  expect(parseOptions([])).toMatchObject({ devices: 1000, rate: 600 });
  const said = ["--regions", "3", "--rate", "90"];
  expect(parseOptions(said)).toMatchObject({ regions: 3, devices: 100, rate: 90 });
});

it("cuts a link between two regions that run", () => {
  const said = ["--regions", "3", "--for", "60s", "--cut", "us-east:eu-west", "20s"];
  expect(parseOptions(said).cut).toEqual({ between: ["us-east", "eu-west"], seconds: 20 });
});

it("lets devices prove themselves by secrets unless it is told otherwise", () => {
  expect(parseOptions([]).deviceAuth).toBe("secret");
  expect(parseOptions(["--device-auth", "certificate"]).deviceAuth).toBe("certificate");
});
