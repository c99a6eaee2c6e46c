import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { publisherKeysItem } from "../contract/device.ts";
import { keyName } from "./device-key.ts";
import { DeviceRegistry } from "./device-registry.ts";
import { createDynamoClient, ensureDeviceTable } from "./device-table.ts";
import { type Emulator, startEmulator } from "./emulator.fixture.ts";
import { startLosingProxy } from "./losing-proxy.fixture.ts";
import { PublisherKeys, PublisherKeysDamaged } from "./publisher-keys.ts";

let emulator: Emulator;
let registry: DeviceRegistry;
beforeAll(async () => {
  emulator = await startEmulator();
  registry = new DeviceRegistry({ client: emulator.client, table: emulator.table });
});
afterAll(() => emulator?.stop());

const nowMs = 1_800_000_000_000;
const key = (keyId: string) => ({
  ...{ keyId, publisher: "desk", notBefore: nowMs },
  publicKey: Buffer.from(keyId.padEnd(32, ".")).toString("base64url"),
});
const idsIn = async () => (await registry.publisherKeys.read()).map(({ keyId }) => keyId);

it("has none at first, and keeps what is added side by side", async () => {
  expect(await registry.publisherKeys.read()).toEqual([]);
  const ids = ["a", "b", "c", "d"];
  const results = await Promise.all(
    ids.map((id) => registry.publisherKeys.change({ kind: "add", key: key(id) }, nowMs)),
  );
  expect(results.map(({ refused }) => refused)).toEqual(ids.map(() => undefined));
  expect((await idsIn()).sort()).toEqual(ids);
});

it("writes nothing that it refuses", async () => {
  const before = await registry.publisherKeys.read();
  const again = await registry.publisherKeys.change({ kind: "add", key: key("a") }, nowMs);
  expect(again).toEqual({ refused: "exists" });
  expect(await registry.publisherKeys.read()).toEqual(before);
});

it("makes a change once when its answer is lost, and says that it is made", async () => {
  const table = `${emulator.table}-unheard`;
  await ensureDeviceTable(emulator.client, table);
  const proxy = await startLosingProxy(emulator.endpoint);
  const patience = { region: "us-east-1", attemptMs: 20_000, attempts: 3 };
  const client = createDynamoClient({ ...patience, endpoint: proxy.endpoint });
  const keys = new PublisherKeys({ client, table });
  for (const [change, has] of [
    [{ kind: "add", key: key("a") }, key("a")],
    [{ kind: "retire", keyId: "a", notAfter: nowMs + 5 }, { notAfter: nowMs + 5 }],
    [{ kind: "revoke", keyId: "a" }, { revokedAt: nowMs }],
  ] as const) {
    proxy.loseAnswer(".PutItem");
    expect((await keys.change(change, nowMs)).key).toMatchObject(has);
  }
  expect(await keys.read()).toEqual([{ ...key("a"), notAfter: nowMs + 5, revokedAt: nowMs }]);
  client.destroy();
  await proxy.stop();
});

it("remembers keys and ids that ended long ago, and none of them comes back", async () => {
  const table = `${emulator.table}-buried`;
  await ensureDeviceTable(emulator.client, table);
  const keys = new PublisherKeys({ client: emulator.client, table });
  const laterMs = nowMs + 91 * 86_400_000;
  await keys.change({ kind: "add", key: key("a") }, nowMs);
  await keys.change({ kind: "revoke", keyId: "a" }, nowMs);
  await keys.change({ kind: "add", key: key("b") }, laterMs);
  expect((await keys.read()).map(({ keyId }) => keyId)).toEqual(["b"]);
  const again = { ...key("c"), publicKey: key("a").publicKey };
  expect(await keys.change({ kind: "add", key: key("a") }, laterMs)).toEqual({ refused: "exists" });
  expect(await keys.change({ kind: "add", key: again }, laterMs)).toEqual({ refused: "known-key" });
});

it("is no device to anybody: it is not listed, and no force takes it away", async () => {
  const before = await idsIn();
  const name = keyName(publisherKeysItem);
  const by = { actor: "operator-1", nowMs };
  const page = await registry.page();
  expect([page.records, page.unreadable, page.next]).toEqual([[], [], undefined]);
  expect(await registry.get(name)).toBeUndefined();
  expect(await registry.delete(name, by, { force: true })).toEqual({ outcome: "unknown" });
  expect(await registry.revoke(name, by, { force: true })).toEqual({ outcome: "unknown" });
  expect(await idsIn()).toEqual(before);
});

it("says so when the item does not read, and writes nothing over it", async () => {
  const table = `${emulator.table}-damaged`;
  await ensureDeviceTable(emulator.client, table);
  const Item = {
    clientId: { S: publisherKeysItem },
    version: { N: "1" },
    keys: { S: '[{"keyId":"a"}]' },
  };
  await emulator.client.send(new PutItemCommand({ TableName: table, Item }));
  const keys = new PublisherKeys({ client: emulator.client, table });
  await expect(keys.read()).rejects.toThrow(PublisherKeysDamaged);
  const adding = keys.change({ kind: "add", key: key("b") }, nowMs);
  await expect(adding).rejects.toThrow(/restore it from a backup/);
});
