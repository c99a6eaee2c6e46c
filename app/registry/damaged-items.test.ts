import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyDamage, damagedItem, singleDamages, strangeKeys } from "./damaged-items.fixture.ts";
import { keyName } from "./device-key.ts";
import { type DeviceItem, parseDeviceItem } from "./device-record.ts";
import { DeviceRegistry } from "./device-registry.ts";
import { type Emulator, startEmulator } from "./emulator.fixture.ts";
import type { ChangeIntent, RegistryChange } from "./registry-change.ts";
import { DeviceConflict, UnreadableDevice } from "./registry-errors.ts";

const secret = "0123456789abcdef0123456789abcdef";
const by = { actor: "operator-1", nowMs: 1_700_000_000_000 };
const force = { force: true };

let emulator: Emulator;
const intents: ChangeIntent[] = [];
const changes: RegistryChange[] = [];
let registry: DeviceRegistry;
beforeAll(async () => {
  emulator = await startEmulator();
  const { client, table } = emulator;
  const journal = {
    change: <T>(intent: ChangeIntent, write: (done: (c: RegistryChange) => void) => Promise<T>) => {
      intents.push(intent);
      return write((change) => changes.push(change));
    },
  };
  registry = new DeviceRegistry({ client, table, consistent: true, journal });
});
afterAll(() => emulator?.stop());

const write = (Item: DeviceItem) =>
  emulator.client.send(new PutItemCommand({ TableName: emulator.table, Item }));
const stored = async (key: string) =>
  (
    await emulator.client.send(
      new GetItemCommand({
        TableName: emulator.table,
        Key: { clientId: { S: key } },
        ConsistentRead: true,
      }),
    )
  ).Item;

describe.each(singleDamages)("an item with %s", (name, value, attribute) => {
  const id = `damaged-${name.replace(".", "-")}`;
  const damaged = damagedItem(id, secret, { [attribute]: value });

  it("is no record, and says in a bounded line what is wrong", async () => {
    await write(damaged);
    const item = await registry.get(id);

    expect(item?.record).toBeUndefined();
    expect(item?.unreadable?.clientId).toBe(id);
    expect(item?.unreadable?.reason).toMatch(/^[ -~\u2026\u00b7]{1,300}$/);
    const batch = await registry.getMany([id]);
    expect([...batch.found.keys()]).toEqual([]);
    expect(batch.unreadable.map(({ clientId }) => clientId)).toEqual([id]);
  });

  it("is not changed without force", async () => {
    await expect(registry.revoke(id, by)).rejects.toThrow(UnreadableDevice);
    await expect(registry.delete(id, by)).rejects.toThrow(UnreadableDevice);
    await expect(registry.resume(id, by)).rejects.toThrow(UnreadableDevice);
    expect(parseDeviceItem((await stored(id)) ?? {}).record).toBeUndefined();
  });

  it("becomes a revoked record by force, and everybody is told", async () => {
    changes.length = 0;
    const result = await registry.revoke(id, by, force);

    expect(result).toMatchObject({ outcome: "changed", record: { status: "revoked" } });
    expect((await registry.get(id))?.record).toMatchObject({
      clientId: id,
      status: "revoked",
      changedBy: "operator-1",
    });
    expect(changes).toMatchObject([{ kind: "revoked", clientId: id, force: true }]);
    expect(Number.isSafeInteger(changes[0]?.version)).toBe(true);
    expect(await registry.delete(id, by)).toMatchObject({ outcome: "deleted" });
  });

  it("is deleted by force", async () => {
    await write(damaged);

    expect(await registry.delete(id, by, force)).toMatchObject({ outcome: "deleted" });
    expect(await stored(id)).toBeUndefined();
  });
});

describe.each(strangeKeys)("an item under the key %j", (key) => {
  it("is listed by a name by which it can be revoked and deleted", async () => {
    await write(damagedItem(key, secret, {}));
    const name = keyName(key);
    const pages = registry.pages();
    const listed: string[] = [];
    for await (const page of pages) listed.push(...page.unreadable.map((each) => each.clientId));

    expect(listed).toContain(name);
    expect(name).toMatch(/^key:[\w-]+$/);
    expect((await registry.get(name))?.unreadable).toMatchObject({ clientId: name });
    expect(await registry.revoke(name, by, force)).toMatchObject({ outcome: "changed" });
    expect((await stored(key))?.["status"]).toEqual({ S: "revoked" });
    expect(await registry.delete(name, by, force)).toMatchObject({ outcome: "deleted" });
    expect(await stored(key)).toBeUndefined();
    expect(intents.at(-1)).toEqual({
      kind: "deleted",
      clientIds: [name],
      actor: "operator-1",
      force: true,
    });
  });
});

it("a list goes on after an item that has a strange key", async () => {
  for (const key of strangeKeys) await write(damagedItem(key, secret, {}));
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await registry.page({}, { limit: 1, after });
    expect(page.records.length + page.unreadable.length).toBeLessThanOrEqual(1);
    seen.push(...page.unreadable.map(({ clientId }) => clientId));
    after = page.next;
  } while (after !== undefined);

  expect(seen.toSorted()).toEqual(strangeKeys.map(keyName).toSorted());
  for (const key of strangeKeys) await registry.delete(keyName(key), by, force);
});

it("force does not pass over a condition, which a damaged item never meets", async () => {
  await write(damagedItem("conditional", secret, { version: { S: "x" } }));
  const conditional = { ...by, onlyIf: () => true };

  await expect(registry.revoke("conditional", conditional, force)).rejects.toThrow(DeviceConflict);
  await expect(registry.delete("conditional", conditional, force)).rejects.toThrow(DeviceConflict);
});

it("force is no way around what somebody else has just written", async () => {
  const { client, table } = emulator;
  await write(damagedItem("raced", secret, { version: { S: "x" } }));
  let raced = false;
  const racing = Object.create(client, {
    send: {
      value: async (command: unknown) => {
        if (command instanceof PutItemCommand && !raced) {
          raced = true;
          await write(damagedItem("raced", secret, { version: { S: "y" }, region: { S: "oslo" } }));
        }
        return client.send(command as PutItemCommand);
      },
    },
  });
  const other = new DeviceRegistry({ client: racing, table, consistent: true });

  expect(await other.revoke("raced", by, force)).toMatchObject({
    outcome: "changed",
    record: { region: "oslo" },
  });
});

it("whatever stands in an item, it is read without an error, admits nobody unless it is whole, and can be revoked and deleted", async () => {
  await fc.assert(
    fc.asyncProperty(anyDamage, async (damage) => {
      const id = "anything";
      await write(damagedItem(id, secret, damage));
      const item = await registry.get(id);
      const page = await registry.page();
      expect(page.records.length + page.unreadable.length).toBeGreaterThan(0);
      if (item?.unreadable) expect(item.unreadable.reason.length).toBeLessThanOrEqual(300);
      const revoked = await registry.revoke(id, by, force);
      expect(["changed", "unchanged"]).toContain(revoked.outcome);
      expect((await registry.get(id))?.record?.status).toBe("revoked");
      await write(damagedItem(id, secret, damage));
      expect((await registry.delete(id, by, force)).outcome).toBe("deleted");
      expect(await stored(id)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});
