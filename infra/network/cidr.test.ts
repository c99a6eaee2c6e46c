import fc from "fast-check";
import { expect, it } from "vitest";
import { cidrsOverlap, formatCidr, parseCidr } from "./cidr.ts";

it("reads a range with its first and last address", () => {
  expect(parseCidr("10.10.0.0/16")).toEqual({
    network: "10.10.0.0",
    prefix: 16,
    first: 0x0a0a0000,
    last: 0x0a0affff,
  });
});

it.each([
  "",
  "10.10.0.0",
  "10.10/16",
  "10.0.0.0/33",
  "256.0.0.0/8",
  "fd00::/8",
  "0x0a.0.0.0/8",
  "a",
])("refuses %j", (text) => {
  expect(() => parseCidr(text)).toThrow(/is not an IPv4 range such as/);
});

it("says what to write when host bits are set", () => {
  expect(() => parseCidr("10.10.3.0/16")).toThrow(/write 10\.10\.0\.0\/16/);
});

it("finds ranges that share an address, in either order", () => {
  for (const [a, b] of [
    ["10.0.0.0/8", "10.10.0.0/16"],
    ["10.10.0.0/16", "10.10.0.0/16"],
    ["10.10.255.0/24", "10.10.0.0/16"],
  ] as const) {
    expect(cidrsOverlap(a, b)).toBe(true);
    expect(cidrsOverlap(b, a)).toBe(true);
  }
});

it("keeps neighbours apart", () => {
  expect(cidrsOverlap("10.10.0.0/16", "10.11.0.0/16")).toBe(false);
  expect(cidrsOverlap("255.255.255.0/24", "0.0.0.0/24")).toBe(false);
});

it("writes what it read", () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
      const size = 2 ** (32 - prefix);
      const text = formatCidr(address - (address % size), prefix);
      const block = parseCidr(text);
      expect(formatCidr(block.first, block.prefix)).toBe(text);
      expect(block.last - block.first + 1).toBe(size);
    }),
  );
});
