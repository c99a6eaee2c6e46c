/** What a login makes of whatever stands in the table: refused, unless the record is whole. */
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anyDamage, damagedItem, singleDamages } from "../../registry/damaged-items.fixture.ts";
import { type DeviceItem, parseDeviceItem } from "../../registry/device-record.ts";
import { DeviceRegistry } from "../../registry/device-registry.ts";
import { type Emulator, startEmulator } from "../../registry/emulator.fixture.ts";
import { DeviceCache } from "../cache/device-cache.ts";
import { calloutRequest } from "./callout.fixture.ts";
import { credentialRules } from "./credential-rules.ts";
import { decide } from "./decide.ts";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_700_000_000_000;

let emulator: Emulator;
let registry: DeviceRegistry;
beforeAll(async () => {
  emulator = await startEmulator();
  const { client, table } = emulator;
  registry = new DeviceRegistry({ client, table });
});
afterAll(() => emulator?.stop());

const write = (Item: DeviceItem) =>
  emulator.client.send(new PutItemCommand({ TableName: emulator.table, Item }));

/** By a replica that knows nobody yet. */
async function loginOf(clientId: string) {
  const cache = new DeviceCache({
    read: (ids) => registry.getMany(ids),
    lifetimes: { positiveMs: 30_000, negativeMs: 5_000, staleMs: 3_600_000 },
    bytes: 1_000_000,
    clock: () => 0,
    onResult: () => {},
    onReadFailure: (error) => {
      throw error;
    },
    onUnreadable: () => {},
  });
  const request = calloutRequest({ clientId, userName: clientId, password: secret });
  return decide(request, await cache.lookup(clientId), { nowMs, rule: credentialRules.secret });
}

it("a whole record admits its device", async () => {
  await write(damagedItem("whole", secret, {}));
  expect(await loginOf("whole")).toMatchObject({ outcome: "admit" });
});

it.each(singleDamages)("a record with %s admits nobody", async (name, value, attribute) => {
  const id = name.replace(".", "-");
  await write(damagedItem(id, secret, { [attribute]: value }));

  expect(await loginOf(id)).toEqual({ outcome: "refuse", code: "record-damaged" });
});

it("no item makes a login fail, and only a whole record that is active admits", async () => {
  await fc.assert(
    fc.asyncProperty(anyDamage, async (damage) => {
      const item = damagedItem("anything", secret, damage);
      await write(item);
      const decision = await loginOf("anything");
      const { record } = parseDeviceItem(item);
      if (decision.outcome === "admit") expect(record?.status).toBe("active");
      else expect(decision.code).toMatch(/^(record-damaged|bad-secret|inactive)$/);
    }),
    { numRuns: 100 },
  );
});
