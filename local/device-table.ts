import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createDynamoClient, ensureDeviceTable } from "../app/registry/device-table.ts";
import { awsRegion, deviceTable, endpointsOf } from "./endpoints.ts";
import type { Layout } from "./layout.ts";

/** A client of the region's emulator. */
export function emulatorClient(layout: Layout): DynamoDBClient {
  const endpoint = endpointsOf(layout).dynamodbUrl;
  return createDynamoClient({ region: awsRegion, endpoint, attemptMs: 5_000, attempts: 3 });
}

/** Makes the table that Pulumi makes in the cloud. */
export async function ensureEmulatorTable(layout: Layout): Promise<void> {
  const client = emulatorClient(layout);
  await ensureDeviceTable(client, deviceTable);
  client.destroy();
}
