import { expect, it } from "vitest";
import { headers } from "../../contract/headers.ts";
import { type JsMsg, messageHeaders, type StoredMsg } from "../../shared/nats.ts";
import { readIngressMessage, readStoredMessage } from "./ingress-message.ts";

it.each([
  ["2026-11-27T13:00:00.123456789Z", "1795784400123456789"],
  ["2026-11-27T13:00:00.1Z", "1795784400100000000"],
  ["2026-11-27T13:00:00Z", "1795784400000000000"],
])("comes out the same when it is read again: %s", (timestamp, nanoseconds) => {
  const common = { subject: "ingress.1.device.a", data: new Uint8Array(1), seq: 7 };
  // As the client reads the time out of the reply subject.
  const info = { timestampNanos: Number.parseInt(nanoseconds, 10) };
  const first = readIngressMessage({ ...common, info } as JsMsg);
  expect(readStoredMessage({ ...common, timestamp } as StoredMsg)).toEqual(first);
});

it.each([
  [undefined, 1],
  ["0", 0],
  ["2", 2],
])("came with the quality of service that its header says, %s, or else with 1", (header, qos) => {
  const all = messageHeaders();
  if (header !== undefined) all.set(headers.qos, header);
  const common = { subject: "ingress.1.device.a", data: new Uint8Array(1), seq: 7 };
  const info = { timestampNanos: 1 };
  expect(readIngressMessage({ ...common, headers: all, info } as JsMsg).qos).toBe(qos);
  const timestamp = "2026-11-27T13:00:00Z";
  expect(readStoredMessage({ ...common, header: all, timestamp } as StoredMsg).qos).toBe(qos);
});

it("has the signature that it came with, however it is read", () => {
  const all = messageHeaders();
  const common = { subject: "ingress.1.upstream.a", data: new Uint8Array(1), seq: 7 };
  const stored = { ...common, header: all, timestamp: "2026-11-27T13:00:00Z" } as StoredMsg;
  const first = { ...common, headers: all, info: { timestampNanos: 1 } } as JsMsg;
  const read = () => [readIngressMessage(first), readStoredMessage(stored)];
  expect(read().map(({ signature }) => signature)).toEqual([undefined, undefined]);
  all.set(headers.alertSignature, "v1;kid=a");
  expect(read().map(({ signature }) => signature)).toEqual(["v1;kid=a", "v1;kid=a"]);
});
