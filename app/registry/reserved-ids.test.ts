import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { NewDevice } from "../console/api/device-schemas.ts";
import { canaryClient } from "../contract/canary.ts";
import { DeviceRegistry } from "./device-registry.ts";
import { by, values } from "./environments.fixture.ts";
import { readDeviceRows } from "./import/device-rows.ts";
import { isReserved, reservedRule } from "./reserved-ids.ts";

it("is the id of the synthetic attack and no other", () => {
  expect([canaryClient, "sentinel-canary-1", "pump-7"].map(isReserved)).toEqual([
    ...[true, false, false],
  ]);
});

it("is refused by the registry, with the reason, before anything is written", async () => {
  const written: unknown[] = [];
  const client = { send: async (command: unknown) => written.push(command) };
  const registry = new DeviceRegistry({ client: client as unknown as DynamoDBClient, table: "t" });
  const created = registry.create(values(canaryClient, "secret"), by);
  await expect(created).rejects.toMatchObject({ name: "DeviceConflict", code: "reserved" });
  await expect(created).rejects.toThrow(reservedRule);
  expect(written).toEqual([]);
});

it("is refused by an import and by the API, with the reason", async () => {
  const rows = [];
  const text = `client_id\n${canaryClient}\npump-7\n`;
  const input = {
    open: async function* (from: number) {
      yield Buffer.from(text).subarray(from);
    },
  };
  for await (const row of readDeviceRows(input, "csv")) rows.push(row);
  expect(rows[0]?.reason).toContain(reservedRule);
  expect(rows[1]?.row).toMatchObject({ clientId: "pump-7" });

  expect(NewDevice.safeParse({ clientId: canaryClient }).error?.issues).toMatchObject([
    { path: ["clientId"], message: reservedRule },
  ]);
  expect(NewDevice.safeParse({ clientId: "pump-7" }).success).toBe(true);
});
