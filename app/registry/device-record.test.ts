import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeviceRecord, deviceItem, parseDeviceItem } from "./device-record.ts";
import { hashSecret } from "./secret.ts";

const record: DeviceRecord = {
  clientId: "pump-7",
  status: "suspended",
  secret: hashSecret("secret"),
  previous: { ...hashSecret("before"), validUntil: 1_800_000_600_000 },
  region: "eu-west",
  labels: ["site:oslo", "model.x"],
  createdAt: 1_800_000_000_000,
  changedAt: 1_800_000_000_001,
  changedBy: "alex",
  version: 3,
};

describe("a device item", () => {
  it("carries a record there and back", () => {
    expect(deviceItem(parseDeviceItem(deviceItem(record)).record ?? record)).toEqual(
      deviceItem(record),
    );
    expect(parseDeviceItem(deviceItem(record)).record).toMatchObject({
      clientId: "pump-7",
      previous: { validUntil: 1_800_000_600_000 },
      region: "eu-west",
      changedBy: "alex",
    });
  });

  it("of before, without previous secret, region and author, is a record", () => {
    const { previous: _, region: __, changedBy: ___, ...before } = deviceItem(record);

    const parsed = parseDeviceItem(before).record;

    expect(parsed).toMatchObject({ clientId: "pump-7", version: 3 });
    for (const absent of ["previous", "region", "changedBy"]) {
      expect(parsed).not.toHaveProperty(absent);
    }
  });

  it("leaves nothing of the buffers that it was read from in the record", () => {
    const parsed = parseDeviceItem(deviceItem(record)).record ?? {};
    const parts = [parsed, ...Object.values(parsed)].flatMap((part) => Object.values(Object(part)));

    expect(parts.length).toBeGreaterThan(10);
    expect(parts.filter((part) => ArrayBuffer.isView(part))).toEqual([]);
  });

  it("may have attributes that are not known yet, or a region", () => {
    const item = { ...deviceItem(record), colour: { S: "red" }, region: { S: "mars-1" } };

    expect(parseDeviceItem(item).record).toMatchObject({ region: "mars-1" });
  });

  it("has no labels attribute when there are none", () => {
    const item = deviceItem({ ...record, labels: [] });

    expect(item).not.toHaveProperty("labels");
    expect(parseDeviceItem(item).record?.labels).toEqual([]);
  });

  it.each([
    ["status", { S: "sleeping" }, "status"],
    ["clientId", { S: "a.b" }, "clientId is not a client id"],
    ["secretHash", { B: new Uint8Array(31) }, "secretHash must be 32 bytes"],
    ["salt", { S: "salt" }, "salt"],
    ["version", { N: "-1" }, "version.N must be a whole number"],
    ["createdAt", undefined, "createdAt"],
    ["labels", { L: [{ S: "two words" }] }, "labels"],
    ["region", { S: "EU West" }, "region is not a region"],
    ["previous", { M: { salt: { B: new Uint8Array(16) } } }, "previous.M.secretHash"],
  ])("with a wrong %s is unreadable and says why", (attribute, value, reason) => {
    const item = { ...deviceItem(record), [attribute]: value } as ReturnType<typeof deviceItem>;

    const { unreadable } = parseDeviceItem(item);

    expect(unreadable?.reason).toContain(reason);
  });
});

const attribute = fc.oneof(
  fc.record({ S: fc.string() }),
  fc.record({ N: fc.oneof(fc.string(), fc.double().map(String)) }),
  fc.record({ B: fc.uint8Array({ minLength: 15, maxLength: 33 }) }),
  fc.record({ L: fc.array(fc.anything(), { maxLength: 20 }) }),
  fc.record({ M: fc.dictionary(fc.string(), fc.anything()) }),
  fc.anything(),
);

it("reads any item without failing, and what it takes for a record can be written again", () => {
  const names = Object.keys(deviceItem(record));
  const changes = fc.dictionary(fc.constantFrom(...names, "other"), attribute);
  fc.assert(
    fc.property(changes, (changed) => {
      const item = { ...deviceItem(record), ...changed } as ReturnType<typeof deviceItem>;
      const parsed = parseDeviceItem(item);
      if (parsed.record) {
        expect(parseDeviceItem(deviceItem(parsed.record)).record).toEqual(parsed.record);
      } else expect(parsed.unreadable.reason).not.toBe("");
    }),
    { numRuns: 2_000 },
  );
});
