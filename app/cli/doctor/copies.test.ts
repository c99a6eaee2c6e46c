import { expect, it } from "vitest";
import type { StreamCopy } from "../../shared/stream-copies.ts";
import { copiesProblems } from "./copies.ts";

const copy = (server: string, messages: number, last: number, stream = "MQTT_ALERTS", first = 1) =>
  ({
    ...{ account: "ALERTS", stream, server },
    state: { messages, first_seq: first, last_seq: last },
  }) satisfies StreamCopy;
const three = (...counts: [number, number][]) =>
  counts.map(([messages, last], i) => copy(`core-${i + 1}`, messages, last));

it("finds nothing in copies that are whole, or moved on between the looks", () => {
  const whole = three([4_000, 4_000], [4_000, 4_000], [4_000, 4_000]);
  expect(copiesProblems(whole, whole)).toEqual([]);
  expect(copiesProblems(whole, three([4_700, 4_700], [4_650, 4_650], [4_000, 4_000]))).toEqual([]);
  expect(copiesProblems([], [])).toEqual([]);
});

it("names the server whose copy has a hole, though it ends as the others do", () => {
  const now = three([2_001, 4_000], [4_000, 4_000], [4_000, 4_000]);
  expect(copiesProblems(now, now)).toEqual([
    {
      kind: "damaged",
      text: "MQTT_ALERTS: core-1 has 2001 messages from 1 to 4000, so 1999 are missing between them",
    },
  ]);
});

it("tells a copy that is behind from a damaged one", () => {
  const before = three([4_000, 4_000], [3_000, 3_000], [4_000, 4_000]);
  const now = three([4_100, 4_100], [3_500, 3_500], [4_100, 4_100]);
  expect(copiesProblems(before, now)).toEqual([
    { kind: "behind", text: "MQTT_ALERTS: core-2 ends with 3500, others had 4000" },
  ]);
});

it("compares counts where a stream keeps the last of each subject, once nothing moves", () => {
  const kv = (server: string, messages: number, last = 900) =>
    copy(server, messages, last, "KV_partitions", 12);
  const differ = [kv("core-1", 14), kv("core-2", 13), kv("core-3", 14)];
  expect(copiesProblems(differ, differ)).toMatchObject([{ kind: "damaged" }]);
  expect(copiesProblems([kv("core-1", 14, 899), kv("core-2", 14, 899)], differ)).toEqual([]);
});
