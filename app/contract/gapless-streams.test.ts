import { expect, it } from "vitest";
import { gaplessStreams, holesIn } from "./gapless-streams.ts";

it("are those of which nothing is taken but the oldest", () => {
  expect([...gaplessStreams].sort()).toEqual([
    "AUDIT",
    "DEAD_LETTER",
    "INGRESS",
    "LOGINS",
    "MQTT_ALERTS",
    "QUARANTINE",
    "REPORTS",
    "REPORT_INGRESS",
    "SECURITY_EVENTS",
  ]);
});

it("has no hole when it is whole or empty, and as many as are missing otherwise", () => {
  expect(holesIn({ messages: 12_002, first_seq: 1, last_seq: 12_002 })).toBe(0);
  expect(holesIn({ messages: 0, first_seq: 501, last_seq: 500 })).toBe(0);
  expect(holesIn({ messages: 0, first_seq: 0, last_seq: 0 })).toBe(0);
  expect(holesIn({ messages: 8_244, first_seq: 1, last_seq: 12_002 })).toBe(3_758);
});
