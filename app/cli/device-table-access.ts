import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { AuditUnavailable } from "../audit/announced.ts";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { createDynamoClient } from "../registry/device-table.ts";
import { ColumnsUnknown, RegistryBusy } from "../registry/import/import-errors.ts";
import { InvalidPageToken } from "../registry/page-token.ts";
import type { By } from "../registry/record-changes.ts";
import type { ChangeJournal } from "../registry/registry-change.ts";
import { withJournals } from "./audit/journal-access.ts";
import { OperatorError, sentenceOf } from "./operator-error.ts";
import { operatorName, settingsFrom, tableShape, type Variables } from "./operator-settings.ts";
import { OutputClosed } from "./output.ts";

/** An operator waits rather than sees an error: more patience than a login has. */
const patience = { attemptMs: 5_000, attempts: 5 };

/** Gives a task the device table to read; what DynamoDB complains about becomes one sentence. */
export async function withRegistry<T>(
  variables: Variables,
  task: (registry: DeviceRegistry) => Promise<T>,
  journal?: ChangeJournal,
): Promise<T> {
  const settings = settingsFrom(tableShape, variables);
  const { DEVICE_TABLE: table, AWS_REGION: region, DYNAMODB_ENDPOINT: endpoint } = settings;
  const client = createDynamoClient({ region, endpoint, ...patience });
  try {
    const account = journal ? { journal } : {};
    return await task(new DeviceRegistry({ client, table, consistent: true, ...account }));
  } catch (error) {
    if (isOurs(error)) throw error;
    if (error instanceof InvalidPageToken) throw new OperatorError(error.message);
    const where = `device table ${table} at ${endpoint ?? `DynamoDB ${region}`}`;
    throw new OperatorError(`${where}: ${explain(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

const isOurs = (error: unknown) =>
  error instanceof OperatorError ||
  error instanceof ColumnsUnknown ||
  error instanceof RegistryBusy ||
  error instanceof OutputClosed ||
  error instanceof AuditUnavailable;

/** The same for a task that changes devices: every change is audited under the operator's name. */
export function withChangingRegistry<T>(
  variables: Variables,
  task: (registry: DeviceRegistry, by: () => By) => Promise<T>,
): Promise<T> {
  settingsFrom(tableShape, variables);
  const actor = operatorName(variables);
  const by = () => ({ actor, nowMs: Date.now() });
  return withJournals(variables, ({ journal }) =>
    withRegistry(variables, (registry) => task(registry, by), journal),
  );
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
