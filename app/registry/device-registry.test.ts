import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceItem } from "./device-record.ts";
import { DeviceRegistry } from "./device-registry.ts";
import { deviceTableProblem, ensureDeviceTable } from "./device-table.ts";
import { deviceWith, startEmulator, type TestTable } from "./emulator.fixture.ts";
import { bulk, by, environments, values } from "./environments.fixture.ts";
import { hashSecret, matchingSecret } from "./secret.ts";

describe.each(environments)("on $name", ({ start, skip }) => {
  describe.skipIf(skip)("the registry", () => {
    let emulator: TestTable;
    let registry: DeviceRegistry;
    beforeAll(async () => {
      emulator = await start();
      const { client, table } = emulator;
      await ensureDeviceTable(client, table);
      registry = new DeviceRegistry({ client, table, consistent: true });
    });
    afterAll(() => emulator?.stop());

    const recordOf = async (id: string) => (await registry.get(id))?.record;

    it("has a table that can be ensured twice, and sees when there is none", async () => {
      const { client, table } = emulator;
      await ensureDeviceTable(client, `${table}-twice`);
      await ensureDeviceTable(client, `${table}-twice`);

      expect(await deviceTableProblem(client, `${table}-twice`)).toBeUndefined();
      const problem = await deviceTableProblem(client, `${table}-absent`);
      expect(problem).toBe(`table ${table}-absent does not exist`);
    });

    it("finds what was created, and does not create over it", async () => {
      await registry.create(values("taken", "first", { labels: ["a"], region: "eu-west" }), by);

      const again = registry.create(values("taken", "second"), by);
      await expect(again).rejects.toMatchObject({ name: "DeviceConflict", code: "exists" });
      const record = await recordOf("taken");
      expect(record).toMatchObject({
        status: "active",
        labels: ["a"],
        region: "eu-west",
        createdAt: 5_000,
        changedAt: 5_000,
        changedBy: "test",
        version: 1,
      });
      expect(record && !!matchingSecret(record, "first", 0)).toBe(true);
      expect(await registry.get("never-made")).toBeUndefined();
    });

    it("takes both secrets during the overlap of a rotation, then only the new one", async () => {
      await registry.create(values("turned", "old"), by);

      const rotation = { secret: hashSecret("new"), overlapMs: 1_000 };
      const { outcome } = await registry.rotate("turned", rotation, by);

      expect(outcome).toBe("changed");
      const record = await recordOf("turned");
      expect(record).toMatchObject({ version: 2, previous: { validUntil: 6_000 } });
      expect(record && !!matchingSecret(record, "new", 9_000)).toBe(true);
      expect(record && !!matchingSecret(record, "old", 5_999)).toBe(true);
      expect(record && !!matchingSecret(record, "old", 6_000)).toBe(false);
      await registry.rotate("turned", { secret: hashSecret("newest"), overlapMs: 0 }, by);
      expect(await recordOf("turned")).not.toHaveProperty("previous");
    });

    it("suspends and resumes, and says when there is nothing to do", async () => {
      await registry.create(values("paused", "s"), by);

      expect((await registry.suspend("paused", by)).outcome).toBe("changed");
      expect((await registry.suspend("paused", by)).outcome).toBe("unchanged");
      expect(await recordOf("paused")).toMatchObject({ status: "suspended", version: 2 });
      expect((await registry.resume("paused", by)).outcome).toBe("changed");
      expect(await recordOf("paused")).toMatchObject({ status: "active", version: 3 });
      expect((await registry.resume("nobody", by)).outcome).toBe("unknown");
      expect(await registry.get("nobody")).toBeUndefined();
    });

    it("tells by a version more that sessions are to end, and changes nothing else", async () => {
      await registry.create(values("told", "s"), by);
      await registry.rotate("told", { secret: hashSecret("t"), overlapMs: 60_000 }, by);
      const { version: _, changedAt: __, ...before } = (await recordOf("told")) ?? {};

      expect((await registry.disconnect("told", by)).outcome).toBe("changed");
      expect(await recordOf("told")).toMatchObject({ ...before, version: 3 });
      await registry.revoke("told", by);
      expect((await registry.disconnect("told", by)).outcome).toBe("refused");
      expect((await registry.disconnect("nobody", by)).outcome).toBe("unknown");
    });

    it("changes only what is as it was seen, when it is told so", async () => {
      await registry.create(values("seen", "s"), by);
      const seen = (version: number) => ({
        ...by,
        onlyIf: (record: { version: number }) => record.version === version,
      });
      const stale = { name: "DeviceConflict", code: "stale" };

      await expect(registry.suspend("seen", seen(2))).rejects.toMatchObject(stale);
      expect((await registry.suspend("seen", seen(1))).outcome).toBe("changed");
      await expect(registry.suspend("seen", seen(1))).rejects.toMatchObject(stale);
      await expect(registry.delete("seen", seen(1), { force: true })).rejects.toMatchObject(stale);
      expect(await recordOf("seen")).toMatchObject({ status: "suspended", version: 2 });
      expect((await registry.delete("seen", seen(2), { force: true })).outcome).toBe("deleted");
    });

    it("revokes for good, previous secret included; only deletion frees the id", async () => {
      await registry.create(values("stolen", "s"), by);
      await registry.rotate("stolen", { secret: hashSecret("t"), overlapMs: 60_000 }, by);
      expect((await registry.delete("stolen", by)).outcome).toBe("refused");

      expect((await registry.revoke("stolen", by)).outcome).toBe("changed");

      expect((await registry.revoke("stolen", by)).outcome).toBe("unchanged");
      expect((await registry.resume("stolen", by)).outcome).toBe("refused");
      expect((await registry.suspend("stolen", by)).outcome).toBe("refused");
      const rotated = await registry.rotate(
        "stolen",
        { secret: hashSecret("u"), overlapMs: 0 },
        by,
      );
      expect(rotated.outcome).toBe("refused");
      const replaced = await registry.replaceMany([values("stolen", "u")], by, bulk);
      expect(replaced.get("stolen")).toBe("refused");
      const record = await recordOf("stolen");
      expect(record).toMatchObject({ status: "revoked", version: 3 });
      expect(record).not.toHaveProperty("previous");
      expect(await registry.delete("stolen", by)).toEqual({ outcome: "deleted", version: 3 });
      expect(await registry.delete("stolen", by)).toEqual({ outcome: "unknown" });
      await registry.create(values("stolen", "again"), by);
    });

    it("labels, and removes labels", async () => {
      await registry.create(values("labelled", "s", { labels: ["a"] }), by);

      expect((await registry.setLabels("labelled", ["a"], by)).outcome).toBe("unchanged");
      expect((await registry.setLabels("labelled", ["b", "c"], by)).outcome).toBe("changed");
      expect(await recordOf("labelled")).toMatchObject({ labels: ["b", "c"] });
      await registry.setLabels("labelled", [], by);
      expect(await recordOf("labelled")).toMatchObject({ labels: [], version: 3 });
    });

    it("pins to a certificate, and unpins", async () => {
      const [one, other] = ["ab".repeat(32), "cd".repeat(32)];
      await registry.create(values("pinned", "s", { certificateFingerprint: one }), by);
      expect(await recordOf("pinned")).toMatchObject({ certificateFingerprint: one });

      expect((await registry.pin("pinned", one, by)).outcome).toBe("unchanged");
      expect((await registry.pin("pinned", other, by)).outcome).toBe("changed");
      expect(await recordOf("pinned")).toMatchObject({ certificateFingerprint: other, version: 2 });
      expect((await registry.unpin("pinned", by)).outcome).toBe("changed");
      expect((await registry.unpin("pinned", by)).outcome).toBe("unchanged");
      expect(await recordOf("pinned")).not.toHaveProperty("certificateFingerprint");
      await registry.revoke("pinned", by);
      expect((await registry.pin("pinned", one, by)).outcome).toBe("refused");
    });

    it("loses none of several changes that are made at the same time", async () => {
      await registry.create(values("busy", "s"), by);

      const results = await Promise.all([
        registry.suspend("busy", by),
        registry.setLabels("busy", ["x"], by),
        registry.rotate("busy", { secret: hashSecret("a"), overlapMs: 1_000 }, by),
        registry.rotate("busy", { secret: hashSecret("b"), overlapMs: 1_000 }, by),
      ]);

      expect(results.map(({ outcome }) => outcome)).toEqual(Array(4).fill("changed"));
      const record = await recordOf("busy");
      expect(record).toMatchObject({ status: "suspended", labels: ["x"], version: 5 });
      const both = ["a", "b"].map((secret) => record && !!matchingSecret(record, secret, 5_500));
      expect(both).toEqual([true, true]);
    });

    it("takes an item of before for a record, and keeps what it does not know itself", async () => {
      const item = { ...deviceItem(deviceWith("older", "s")), future: { S: "kept" } };
      await emulator.client.send(new PutItemCommand({ TableName: emulator.table, Item: item }));

      expect((await registry.suspend("older", by)).outcome).toBe("changed");

      expect(await recordOf("older")).toMatchObject({ version: 2, changedBy: "test" });
      const key = { clientId: { S: "older" } };
      const get = new GetItemCommand({ TableName: emulator.table, Key: key });
      expect((await emulator.client.send(get)).Item?.["future"]).toEqual({ S: "kept" });
    });

    it("reports items that are no records, changes none, and deletes one by force", async () => {
      const odd = { clientId: { S: "odd" } };
      await emulator.client.send(new PutItemCommand({ TableName: emulator.table, Item: odd }));

      const batch = await registry.getMany(["odd"]);
      expect(batch.found.size).toBe(0);
      expect(batch.unreadable).toEqual([
        { clientId: "odd", reason: expect.stringContaining("status") },
      ]);
      await expect(registry.revoke("odd", by)).rejects.toMatchObject({ name: "UnreadableDevice" });
      await expect(registry.delete("odd", by)).rejects.toMatchObject({ name: "UnreadableDevice" });
      expect(await registry.delete("odd", by, { force: true })).toMatchObject({ version: 5_001 });
      expect(await registry.get("odd")).toBeUndefined();
    });
  });
});

it("cannot be read while the table cannot be reached, and works again afterwards", async () => {
  const own = await startEmulator();
  const impatient = new DeviceRegistry(own);
  await impatient.create(values("kept", "s"), by);
  await own.pause();

  await expect(impatient.getMany(["kept"])).rejects.toThrow();

  await own.resume();
  expect((await impatient.getMany(["kept"])).found.size).toBe(1);
  await own.stop();
});
