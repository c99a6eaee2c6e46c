import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeviceFilter } from "./device-page.ts";
import { DeviceRegistry } from "./device-registry.ts";
import { createDynamoClient, ensureDeviceTable } from "./device-table.ts";
import { deviceWith, type TestTable } from "./emulator.fixture.ts";
import { bulk, by, environments, values } from "./environments.fixture.ts";
import { startLosingProxy } from "./losing-proxy.fixture.ts";
import type { ChangeJournal, RegistryChange } from "./registry-change.ts";

/** Keeps what it is told, in order. */
function remembering() {
  const told: string[] = [];
  const changes: RegistryChange[] = [];
  const journal: ChangeJournal = {
    change: (intent, write) => {
      told.push(`${intent.kind}? ${intent.clientIds.join(" ")}`);
      return write((change) => {
        told.push(`${change.kind} ${change.clientId} v${change.version}`);
        changes.push(change);
      });
    },
  };
  return { told, changes, journal };
}

describe.each(environments)("on $name", ({ start, skip }) => {
  describe.skipIf(skip)("the registry's bulk writes, lists and journal", () => {
    let emulator: TestTable;
    let registry: DeviceRegistry;
    beforeAll(async () => {
      emulator = await start();
      registry = await registryOf(emulator.table);
    });
    afterAll(() => emulator?.stop());

    /** A table of its own for tests that look at all of it. */
    async function registryOf(table: string, journal?: ChangeJournal): Promise<DeviceRegistry> {
      const { client } = emulator;
      await ensureDeviceTable(client, table);
      return new DeviceRegistry({ client, table, consistent: true, ...(journal && { journal }) });
    }
    const recordOf = async (id: string) => (await registry.get(id))?.record;

    it("creates many and replaces many, each only where it can", async () => {
      const ids = Array.from({ length: 60 }, (_, i) => `many-${i}`);
      const records = ids.map((id) => values(id, id));
      const created = await registry.createMany(records, by, bulk);
      expect([...created.values()]).toEqual(Array(60).fill("done"));

      const more = [values("many-0", "x"), values("many-60", "x")];
      expect(Object.fromEntries(await registry.createMany(more, by, bulk))).toEqual({
        "many-0": "exists",
        "many-60": "done",
      });
      const fresh = [values("many-0", "y", { region: "eu-west" }), values("many-61", "y")];
      expect(Object.fromEntries(await registry.replaceMany(fresh, by, bulk))).toEqual({
        "many-0": "done",
        "many-61": "unknown",
      });
      expect(await recordOf("many-0")).toMatchObject({ version: 2, region: "eu-west" });
      const batch = await registry.getMany([...ids, "many-99"]);
      expect([...batch.found.keys()].sort()).toEqual([...ids].sort());
      expect(batch).toMatchObject({ unread: [], unreadable: [] });
    });

    it("takes a repetition of the same bulk write for the write", async () => {
      const { changes, journal } = remembering();
      const own = await registryOf(emulator.table, journal);
      const written = [values("repeated", "x")];
      for (let i = 0; i < 2; i++) {
        expect((await own.createMany(written, by, bulk)).get("repeated")).toBe("done");
      }
      const fresh = [values("repeated", "y")];
      for (let i = 0; i < 2; i++) {
        expect((await own.replaceMany(fresh, by, bulk)).get("repeated")).toBe("done");
      }

      expect(changes.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
        "created 1",
        "created 1",
        "replaced 2",
        "replaced 2",
      ]);
    });

    it("lists by status, label and region, page by page", async () => {
      const own = await registryOf(`${emulator.table}-paged`);
      const records = Array.from({ length: 90 }, (_, i) =>
        deviceWith(`p-${i}`, "s", {
          status: i % 3 === 0 ? "suspended" : "active",
          labels: i % 2 === 0 ? ["even", `n:${i}`] : [],
          ...(i < 30 && { region: "eu-west" }),
        }),
      );
      expect(await own.overwriteMany(records)).toEqual([]);
      const listed = async (filter: DeviceFilter, limit?: number) => {
        const seen: string[] = [];
        for (let after: string | undefined, first = true; first || after; first = false) {
          const page = await own.page(filter, { after, limit });
          expect(page.records.length).toBeLessThanOrEqual(limit ?? 90);
          seen.push(...page.records.map((record) => record.clientId));
          after = page.next;
        }
        expect(new Set(seen).size).toBe(seen.length);
        return seen.length;
      };

      expect(await listed({})).toBe(90);
      expect(await listed({}, 7)).toBe(90);
      expect(await listed({ status: "suspended" }, 7)).toBe(30);
      expect(await listed({ label: "even" }, 45)).toBe(45);
      expect(await listed({ label: "eve" })).toBe(0);
      expect(await listed({ region: "eu-west", label: "even", status: "suspended" }, 2)).toBe(5);
    });

    it("goes through more than one request can bring", async () => {
      const own = await registryOf(`${emulator.table}-long`);
      const labels = Array.from({ length: 16 }, (_, i) => `${"x".repeat(60)}:${i}`);
      const records = Array.from({ length: 1_200 }, (_, i) =>
        deviceWith(`p-${i}`, "s", { status: i % 3 === 0 ? "suspended" : "active", labels }),
      );
      expect(await own.overwriteMany(records)).toEqual([]);

      const ids: string[] = [];
      let pages = 0;
      for await (const page of own.pages({ status: "suspended" })) {
        ids.push(...page.records.map((record) => record.clientId));
        pages++;
      }

      expect(pages).toBeGreaterThan(1);
      expect(ids).toHaveLength(400);
      expect(new Set(ids).size).toBe(400);
    });

    it("announces each change before it, and tells of it after, once", async () => {
      const { told, changes, journal } = remembering();
      const own = await registryOf(`${emulator.table}-told`, journal);

      await own.create(values("a", "s"), by);
      await own.suspend("a", by);
      await own.suspend("a", by);
      await own.revoke("a", { actor: "other", nowMs: 7_000 });
      await own.delete("a", by);
      await own.createMany([values("b", "s"), values("c", "s")], by, { ...bulk, width: 1 });

      expect(told).toEqual([
        ...["created? a", "created a v1", "suspended? a", "suspended a v2", "suspended? a"],
        ...["revoked? a", "revoked a v3", "deleted? a", "deleted a v3"],
        ...["created? b c", "created b v1", "created c v1"],
      ]);
      expect(changes[2]).toMatchObject({ actor: "other", nowMs: 7_000 });
    });

    it("changes nothing when the change cannot be announced", async () => {
      const refusing = await registryOf(emulator.table, {
        change: () => Promise.reject(new Error("no account can be kept")),
      });

      await expect(refusing.create(values("silent", "s"), by)).rejects.toThrow("no account");
      expect(await registry.get("silent")).toBeUndefined();
    });

    it("makes a change once when its answer is lost, and tells of it", async () => {
      const proxy = await startLosingProxy(emulator.endpoint);
      const { told, journal } = remembering();
      const { endpoint } = proxy;
      const patience = { region: "us-east-1", attemptMs: 20_000, attempts: 3 };
      const client = createDynamoClient({ ...patience, endpoint });
      const own = new DeviceRegistry({ client, table: emulator.table, journal });

      proxy.loseAnswer(".PutItem");
      await own.create(values("unheard", "s"), by);
      for (const change of ["suspend", "revoke"] as const) {
        proxy.loseAnswer(".UpdateItem");
        expect((await own[change]("unheard", by)).outcome).toBe("changed");
      }
      expect(await recordOf("unheard")).toMatchObject({ status: "revoked", version: 3 });
      proxy.loseAnswer(".DeleteItem");
      expect(await own.delete("unheard", by)).toEqual({ outcome: "deleted", version: 3 });
      client.destroy();
      await proxy.stop();

      expect(told.filter((line) => !line.includes("?"))).toEqual([
        "created unheard v1",
        "suspended unheard v2",
        "revoked unheard v3",
        "deleted unheard v3",
      ]);
    });
  });
});
