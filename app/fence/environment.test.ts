import { expect, it } from "vitest";
import { readFenceEnvironment } from "./environment.ts";

const given = { REPLICA: "fence-1", DEVICE_PORTS: "8883" };

it("knows what a connection may send where nobody says it", () => {
  expect(readFenceEnvironment({ ...given, DEVICE_PORTS: "8883,8884" })).toMatchObject({
    DEVICE_PORTS: [8883, 8884],
    FENCE_TABLE: "sentinel_fence",
    CONNECTION_BYTES_PER_SECOND: 131_072,
    CONNECTION_BYTES_BURST: 196_608,
  });
});

it.each([
  ["DEVICE_PORTS", "", 'must be ports, separated by commas; got ""'],
  ["DEVICE_PORTS", "8883,0", 'must be ports from 1 to 65535; got "8883,0"'],
  ["DEVICE_PORTS", "8883 } accept", "must be ports, separated by commas"],
  ["FENCE_TABLE", "a; flush ruleset", "must be 1 to 31 of a-z, 0-9 and _"],
  // The largest packet would never have room.
  ["CONNECTION_BYTES_BURST", "65535", '65536; got "65535"'],
  ["CONNECTION_BYTES_PER_SECOND", "0", 'got "0"'],
])("refuses %s %j in a sentence", (name, value, sentence) => {
  expect(() => readFenceEnvironment({ ...given, [name]: value })).toThrow(`${name}: `);
  expect(() => readFenceEnvironment({ ...given, [name]: value })).toThrow(sentence);
});
