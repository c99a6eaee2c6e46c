import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeviceConflict, DeviceRegistry } from "./device-registry.ts";
import { deviceTableProblem, ensureDeviceTable } from "./device-table.ts";
import { deviceWith, type Emulator, startEmulator } from "./emulator.fixture.ts";
import { verifySecret } from "./secret.ts";

let emulator: Emulator;
let registry: DeviceRegistry;
beforeAll(async () => {
  emulator = await startEmulator();
  registry = new DeviceRegistry({ ...emulator, consistent: true });
});
afterAll(() => emulator.stop());

/** A table of its own for tests that look at all of it. */
async function registryOf(table: string): Promise<DeviceRegistry> {
  await ensureDeviceTable(emulator.client, table);
  return new DeviceRegistry({ client: emulator.client, table, consistent: true });
}

describe("the device table", () => {
  it("can be ensured twice, and has no problem then", async () => {
    await ensureDeviceTable(emulator.client, "twice");
    await ensureDeviceTable(emulator.client, "twice");

    expect(await deviceTableProblem(emulator.client, "twice")).toBeUndefined();
  });

  it("has a problem when it is missing", async () => {
    expect(await deviceTableProblem(emulator.client, "absent")).toBe("table absent does not exist");
  });
});

describe("the registry", () => {
  it("finds what was created, secret included", async () => {
    await registry.create(deviceWith("found", "right", { labels: ["a", "b"] }));

    const record = (await registry.get("found"))?.record;

    expect(record).toMatchObject({ clientId: "found", status: "active", labels: ["a", "b"] });
    expect(record && verifySecret("right", record.secret)).toBe(true);
    expect(await registry.get("never-made")).toBeUndefined();
  });

  it("does not create over an existing device", async () => {
    await registry.create(deviceWith("taken", "first"));

    await expect(registry.create(deviceWith("taken", "second"))).rejects.toMatchObject({
      name: "DeviceConflict",
      code: "exists",
    });
    const record = (await registry.get("taken"))?.record;
    expect(record && verifySecret("first", record.secret)).toBe(true);
  });

  it("lets one of two writers that read the same version replace it, and tells the other", async () => {
    await registry.create(deviceWith("raced", "old"));
    const outcomes = await Promise.allSettled([
      registry.replace(deviceWith("raced", "a", { version: 2 })),
      registry.replace(deviceWith("raced", "b", { version: 2 })),
    ]);

    const lost = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toBeInstanceOf(DeviceConflict);
    expect(lost[0]?.reason).toMatchObject({ code: "changed" });
  });

  it("revokes once, says so the second time, and does not invent devices", async () => {
    await registry.create(deviceWith("stolen", "secret"));

    expect(await registry.revoke("stolen", 5_000)).toBe("revoked");
    expect(await registry.revoke("stolen", 6_000)).toBe("already");
    expect(await registry.revoke("nobody", 6_000)).toBe("unknown");
    expect((await registry.get("stolen"))?.record).toMatchObject({
      status: "revoked",
      changedAt: 6_000,
      version: 3,
    });
    expect(await registry.get("nobody")).toBeUndefined();
  });

  it("reads a hundred at once and leaves out what does not exist", async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `many-${i}`);
    await registry.overwriteMany(ids.map((id) => deviceWith(id, id)));

    const batch = await registry.getMany([...ids, ...ids.slice(0, 40).map((id) => `${id}-not`)]);

    expect([...batch.found.keys()].sort()).toEqual([...ids].sort());
    expect(batch).toMatchObject({ unread: [], unreadable: [] });
  });

  it("reports items that somebody else wrote wrongly instead of failing on them", async () => {
    await emulator.client.send(
      new PutItemCommand({ TableName: emulator.table, Item: { clientId: { S: "odd" } } }),
    );

    const batch = await registry.getMany(["odd"]);

    expect(batch.found.size).toBe(0);
    expect(batch.unreadable).toEqual([
      { clientId: "odd", reason: expect.stringContaining("status") },
    ]);
  });

  it("writes a thousand and pages through them by status", async () => {
    const own = await registryOf("paged");
    const padding = Array.from({ length: 16 }, (_, i) => `${"x".repeat(60)}:${i}`);
    const records = Array.from({ length: 1_200 }, (_, i) =>
      deviceWith(`p-${i}`, "s", { status: i % 3 === 0 ? "suspended" : "active", labels: padding }),
    );
    expect(await own.overwriteMany(records)).toEqual([]);

    const seen: string[] = [];
    let pages = 0;
    for (let after: string | undefined, first = true; first || after; first = false) {
      const page = await own.page(after, "suspended");
      seen.push(...page.records.map((record) => record.clientId));
      after = page.next;
      pages++;
    }

    expect(pages).toBeGreaterThan(1);
    expect(new Set(seen).size).toBe(400);
    expect(seen).toHaveLength(400);
  });

  it("rejects while the table cannot be reached, and works again afterwards", async () => {
    const own = await startEmulator();
    const impatient = new DeviceRegistry(own);
    await impatient.create(deviceWith("kept", "s"));
    await own.pause();

    await expect(impatient.getMany(["kept"])).rejects.toThrow();

    await own.resume();
    expect((await impatient.getMany(["kept"])).found.size).toBe(1);
    await own.stop();
  });
});
