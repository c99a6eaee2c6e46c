import { expect, it } from "vitest";
import { streamBounds } from "../contract/stream-bounds.ts";
import { EnvironmentInvalid, readEnvironment } from "./environment.ts";
import { boundsText, streamMaxBytes } from "./stream-max-bytes.ts";

const read = (value: string) =>
  readEnvironment({ STREAM_MAX_BYTES: streamMaxBytes }, { STREAM_MAX_BYTES: value })
    .STREAM_MAX_BYTES;

it("reads back what it writes", () => {
  const bounds = { ...streamBounds, INGRESS: 1, "KV_report-partitions": 2 };
  expect(read(boundsText(bounds))).toEqual(bounds);
});

it("leaves streams that are not named as they are on one machine", () => {
  expect(read("AUDIT=7")).toEqual({ ...streamBounds, AUDIT: 7 });
});

it.each([
  "AUDIT",
  "AUDIT=",
  "AUDIT=0",
  "AUDIT=-1",
  "AUDIT=1.5",
  "NOTHING=1",
  "toString=1",
])("refuses %s", (value) => {
  expect(() => read(value)).toThrow(EnvironmentInvalid);
});
