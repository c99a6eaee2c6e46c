import { expect, it } from "vitest";
import type { JsMsg, StoredMsg } from "../../shared/nats.ts";
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
