import { assert, property, string } from "fast-check";
import { expect, it } from "vitest";
import { addressKey } from "./address-key.ts";

it.each([
  ["203.0.113.9", "203.0.113.9"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["2001:db8:1:2:3:4:5:6", "20010db800010002/64"],
  ["2001:db8:1:2::", "20010db800010002/64"],
  ["fe80::1%eth0", "fe80000000000000/64"],
  ["", "unknown"],
  ["edge-1.example.com", "unknown"],
])("counts %s as %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});

it("never throws, and never makes a long key", () => {
  assert(property(string({ maxLength: 2_000 }), (text) => addressKey(text).length <= 19));
});
