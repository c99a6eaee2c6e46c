import { describe, expect, it } from "vitest";
import { type DeviceRecord, deviceItem, parseDeviceItem } from "./device-record.ts";
import { hashSecret } from "./secret.ts";

const record: DeviceRecord = {
  clientId: "pump-7",
  status: "suspended",
  secret: hashSecret("secret"),
  labels: ["site:oslo", "model.x"],
  createdAt: 1_800_000_000_000,
  changedAt: 1_800_000_000_001,
  version: 3,
};

describe("a device item", () => {
  it("carries a record there and back", () => {
    expect(parseDeviceItem(deviceItem(record)).record).toEqual({
      ...record,
      secret: { hash: record.secret.hash, salt: record.secret.salt },
    });
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
  ])("with a wrong %s is unreadable and says why", (attribute, value, reason) => {
    const item = { ...deviceItem(record), [attribute]: value } as ReturnType<typeof deviceItem>;

    const { unreadable } = parseDeviceItem(item);

    expect(unreadable?.reason).toContain(reason);
  });
});
