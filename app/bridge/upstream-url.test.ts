import { expect, it } from "vitest";
import { upstreamUrl } from "./upstream-url.ts";

it.each([
  ["mqtts://broker.internal:8884", { host: "broker.internal", port: 8884 }],
  ["mqtts://127.0.0.1:1/", { host: "127.0.0.1", port: 1 }],
  ["mqtts://[::1]:8884", { host: "::1", port: 8884 }],
  ["mqtts://broker", { host: "broker", port: 8883 }],
])("reads %s", (text, address) => {
  expect(upstreamUrl.parse(text)).toEqual(address);
});

it.each([
  "mqtt://broker:1883",
  "https://broker",
  "broker:8883",
  "mqtts://",
  "mqtts://user@broker",
  "mqtts://user:word@broker",
  "mqtts://broker/path",
  "mqtts://broker?clean=1",
  "mqtts://broker:70000",
  "",
])("refuses %j", (text) => {
  expect(upstreamUrl.safeParse(text).success).toBe(false);
});
