import { expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { hashSecret } from "../../registry/secret.ts";
import { recordBytes, usualRecordBytes } from "./record-bytes.ts";

const usual = deviceWith("pump-000000000000007", "secret");

it("of a usual record is near what was measured", () => {
  expect(recordBytes(usual) / usualRecordBytes).toBeGreaterThan(0.9);
  expect(recordBytes(usual) / usualRecordBytes).toBeLessThan(1.1);
});

it("grows with labels and with a second secret", () => {
  const labelled = { ...usual, labels: ["site:oslo", "model:x"] };
  const rotated = { ...usual, previous: { ...hashSecret("old"), validUntil: 1 } };

  expect(recordBytes(labelled)).toBe(recordBytes(usual) + 9 + 7 + 2 * 24);
  expect(recordBytes(rotated)).toBeGreaterThan(recordBytes(usual) + 48);
});
