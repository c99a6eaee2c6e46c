import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { createDynamoClient } from "../registry/device-table.ts";
import { OperatorError, sentenceOf } from "./operator-error.ts";
import { settingsFrom, tableShape, type Variables } from "./operator-settings.ts";
import { OutputClosed } from "./output.ts";

/** An operator waits rather than sees an error: more patience than a login has. */
const patience = { attemptMs: 5_000, attempts: 5 };

/** Gives a task the device table; what DynamoDB complains about becomes one sentence. */
export async function withRegistry<T>(
  variables: Variables,
  task: (registry: DeviceRegistry) => Promise<T>,
): Promise<T> {
  const settings = settingsFrom(tableShape, variables);
  const { DEVICE_TABLE: table, AWS_REGION: region, DYNAMODB_ENDPOINT: endpoint } = settings;
  const client = createDynamoClient({ region, endpoint, ...patience });
  try {
    return await task(new DeviceRegistry({ client, table, consistent: true }));
  } catch (error) {
    if (error instanceof OperatorError || error instanceof OutputClosed) throw error;
    const where = `device table ${table} at ${endpoint ?? `DynamoDB ${region}`}`;
    throw new OperatorError(`${where}: ${explain(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

function explain(error: unknown): string {
  const sentence = sentenceOf(error);
  if (error instanceof ResourceNotFoundException) return "it does not exist; check DEVICE_TABLE";
  const { name = "", code = "" } = error as { name?: string; code?: string };
  if (/Credentials/.test(name)) return `no AWS credentials; sign in first (${sentence})`;
  if (/^E[A-Z]+$/.test(code) || name === "TimeoutError") {
    return `it cannot be reached (${sentence}); check DYNAMODB_ENDPOINT and AWS_REGION`;
  }
  return sentence;
}
