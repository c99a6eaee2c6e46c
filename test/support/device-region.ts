import { DeviceRegistry } from "../../app/registry/device-registry.ts";
import { createDynamoClient, ensureDeviceTable } from "../../app/registry/device-table.ts";
import { matchingSecret } from "../../app/registry/secret.ts";
import { dynamodbEnvironment } from "../../local/endpoints.ts";
import { startTestRegion } from "./test-region.ts";

/** What device commands need: the table and, since every change is audited, NATS. */
export async function startDeviceRegion() {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  const region = await startTestRegion({ core: 1, edges: 0, ...none });
  const table = dynamodbEnvironment(region.layout);
  const client = createDynamoClient({
    region: table["AWS_REGION"] ?? "",
    endpoint: table["DYNAMODB_ENDPOINT"],
    attemptMs: 5_000,
    attempts: 3,
  });
  const registry = new DeviceRegistry({
    client,
    table: table["DEVICE_TABLE"] ?? "",
    consistent: true,
  });
  const recordOf = async (clientId: string) => (await registry.get(clientId))?.record;
  return {
    ...{ region, client },
    /** To read the table only. */
    readingSettings: table,
    settings: {
      ...table,
      NATS_SERVERS: region.endpoints.natsServers.join(","),
      NATS_CA_FILE: region.certificates.caFile,
      OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
      AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
      AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
      SENTINEL_OPERATOR: "operator-1",
    },
    registry,
    recordOf,
    knows: async (clientId: string, secret: string, nowMs = Date.now()) => {
      const record = await recordOf(clientId);
      return record !== undefined && !!matchingSecret(record, secret, nowMs);
    },
    /** Settings with an empty table of their own. */
    ownTable: async (name: string) => {
      await ensureDeviceTable(client, name);
      return { DEVICE_TABLE: name };
    },
    stop: async () => {
      client.destroy();
      await region.stop();
    },
  };
}
