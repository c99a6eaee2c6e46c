/** A device table that somebody writes past the tools differs from what was audited. */
import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { deviceItem } from "../../app/registry/device-record.ts";
import { newDevice } from "../../app/registry/record-changes.ts";
import { hashSecret, issueSecret } from "../../app/registry/secret.ts";
import { emulatorClient } from "../../local/device-table.ts";
import { deviceTable, dynamodbEnvironment } from "../../local/endpoints.ts";
import type { Region } from "../../local/region.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let table: ReturnType<typeof emulatorClient>;
let settings: Record<string, string>;

beforeAll(async () => {
  const none = { edges: 0, bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 1, syncInterval: "2m", ...none });
  table = emulatorClient(region.layout);
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
    SENTINEL_OPERATOR: "olga",
    ...dynamodbEnvironment(region.layout),
  };
  for (let i = 1; i <= 6; i++) await devices("add", `pump-${i}`);
  await devices("suspend", "pump-2");
  await devices("revoke", "--yes", "pump-6");
  await devices("delete", "--yes", "pump-6");
});
afterAll(async () => {
  table?.destroy();
  await region?.stop();
});

async function devices(...args: string[]): Promise<void> {
  const { code, stderr } = await sentinel(["devices", ...args], settings);
  expect({ args, code, stderr }).toMatchObject({ code: 0 });
}
async function compare() {
  const { code, stdout, stderr } = await sentinel(["audit", "compare", "--json"], settings);
  const lines = stdout.trim().split("\n").filter(Boolean);
  const found = lines.map((line) => JSON.parse(line) as { clientId: string; kind: string });
  const kinds = found.map(({ clientId, kind }) => `${clientId} ${kind}`).sort();
  return { code, kinds, stderr };
}
const update = (clientId: string, expression: string, values = {}) =>
  table.send(
    new UpdateItemCommand({
      ...{ TableName: deviceTable, Key: { clientId: { S: clientId } } },
      UpdateExpression: expression,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      ...(expression.includes("#status") && { ExpressionAttributeNames: { "#status": "status" } }),
    }),
  );

describe("the device table", () => {
  it("is what was audited, after whatever the tools did", async () => {
    expect(await compare()).toMatchObject({ code: 0, kinds: [] });
  });

  it("differs, device by device, where it was written past them", async () => {
    // A record that pretends to be old, and one that pretends not to have changed.
    const made = { clientId: "pump-9", status: "active", labels: [] } as const;
    const secret = hashSecret(issueSecret());
    const old = newDevice({ ...made, secret }, { actor: "mallory", nowMs: 1 });
    await table.send(new PutItemCommand({ TableName: deviceTable, Item: deviceItem(old) }));
    await update("pump-1", "SET salt = :salt", { ":salt": { B: new Uint8Array(16) } });
    await update("pump-2", "SET #status = :active", { ":active": { S: "active" } });
    await update("pump-3", "SET version = :version", { ":version": { N: "7" } });
    await table.send(
      new DeleteItemCommand({ TableName: deviceTable, Key: { clientId: { S: "pump-4" } } }),
    );
    await update("pump-5", "REMOVE secretHash");
    const again = deviceItem({ ...old, clientId: "pump-6" });
    await table.send(new PutItemCommand({ TableName: deviceTable, Item: again }));

    expect(await compare()).toMatchObject({
      code: 1,
      kinds: [
        "pump-1 changed",
        "pump-2 changed",
        "pump-3 changed",
        "pump-4 deleted",
        "pump-5 unreadable",
        "pump-6 added",
        "pump-9 added",
      ],
      stderr: expect.stringContaining("7 differ from the audit"),
    });
    const said = (await sentinel(["audit", "compare"], settings)).stdout;
    expect(said).toMatch(/^deleted {4}pump-4 is not in the table; the audit has version 1$/m);
  });
});
