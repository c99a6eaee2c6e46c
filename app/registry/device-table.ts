import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { deviceTableKey } from "../contract/device.ts";
import { type AwsSettings, awsClientOptions } from "../shared/aws-client.ts";
import { Sha256 } from "./sha256.ts";

export const createDynamoClient = (settings: AwsSettings): DynamoDBClient =>
  new DynamoDBClient({ ...awsClientOptions(settings), sha256: Sha256 });

/** The table as the registry expects it. In the cloud the infrastructure adds copies and backups. */
export function deviceTableDefinition(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: deviceTableKey, KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: deviceTableKey, AttributeType: "S" }],
  };
}

/** Makes the table when it is missing and waits until it can be used. For emulators and tests. */
export async function ensureDeviceTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(deviceTableDefinition(table)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.5 },
    { TableName: table },
  );
}

/** Undefined when the table can be used as it is, otherwise what is wrong with it. */
export async function deviceTableProblem(
  client: DynamoDBClient,
  table: string,
): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    const key = Table?.KeySchema?.map((part) => `${part.AttributeName}:${part.KeyType}`).join(",");
    if (key !== `${deviceTableKey}:HASH`) return `table ${table} has the key ${key}`;
    if (Table?.TableStatus === "ACTIVE" || Table?.TableStatus === "UPDATING") return undefined;
    return `table ${table} is ${Table?.TableStatus}`;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return `table ${table} does not exist`;
    throw error;
  }
}

/** How many items the table had some hours ago, as DynamoDB counts them. */
export async function aboutSize(
  client: DynamoDBClient,
  table: string,
): Promise<number | undefined> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return Table?.ItemCount;
}
