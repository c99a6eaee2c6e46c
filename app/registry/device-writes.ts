import { setTimeout as pause } from "node:timers/promises";
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { deviceTableKey } from "../contract/device.ts";
import { chunksOf, sendUnprocessed } from "./batches.ts";
import {
  type DeviceItem,
  type DeviceRecord,
  deviceItem,
  type ParsedItem,
  parseDeviceItem,
} from "./device-record.ts";
import {
  type By,
  type ChangedRecord,
  type ConditionalBy,
  changedRecord,
  type DeviceChange,
  type DeviceValues,
  newDevice,
  revokedRecord,
} from "./record-changes.ts";
import { recordUpdate, sameRecord, stillAsRead, stillAsStored } from "./record-update.ts";
import { DeviceConflict, UnreadableDevice } from "./registry-errors.ts";
import { isReserved } from "./reserved-ids.ts";
import { sameSecret } from "./secret.ts";

/** Where the devices are. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly table: string;
}

export type ChangeResult = ChangedRecord | { readonly outcome: "unknown" };

export type DeleteResult =
  /** `version` of the record that was deleted; of an item that was none, more than any had. */
  | { readonly outcome: "deleted"; readonly version: number }
  /** It is not revoked, so that somebody may still use it. */
  | { readonly outcome: "refused" }
  | { readonly outcome: "unknown" };

/** DynamoDB's limit for one request. */
const writeBatchSize = 25;
/** How often a change is applied anew to what somebody else has made of the record meanwhile. */
const attempts = 8;

const keyOf = ({ table }: Table, clientId: string) => ({
  TableName: table,
  Key: { [deviceTableKey]: { S: clientId } },
});

async function readItem(
  table: Table,
  clientId: string,
  consistent: boolean,
): Promise<DeviceItem | undefined> {
  const { Item } = await table.client.send(
    new GetItemCommand({ ...keyOf(table, clientId), ConsistentRead: consistent }),
  );
  return Item;
}

export async function readDevice(
  table: Table,
  clientId: string,
  consistent: boolean,
): Promise<ParsedItem | undefined> {
  const item = await readItem(table, clientId, consistent);
  return item && parseDeviceItem(item);
}

/** False when the condition of a write did not hold. */
async function accepted(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * Stores a device under an id that is free. When a record with the very same secret hash is there
 * already, it is our own: the SDK repeats a request whose answer was lost, and an import its slice.
 *
 * @throws DeviceConflict `exists`
 */
export async function createDevice(
  table: Table,
  values: DeviceValues,
  by: By,
): Promise<DeviceRecord> {
  if (isReserved(values.clientId)) throw new DeviceConflict("reserved", values.clientId);
  const record = newDevice(values, by);
  const put = new PutItemCommand({
    TableName: table.table,
    Item: deviceItem(record),
    ConditionExpression: "attribute_not_exists(clientId)",
  });
  if (await accepted(table.client.send(put))) return record;
  const stored = (await readDevice(table, values.clientId, true))?.record;
  if (stored && sameSecret(stored.secret, values.secret)) return stored;
  throw new DeviceConflict("exists", values.clientId);
}

/** Reads, tries, and reads again as long as others are faster. @throws DeviceConflict `changed` */
async function persistently<T>(
  table: Table,
  clientId: string,
  attempt: (before: DeviceItem | undefined) => Promise<T | undefined>,
): Promise<T> {
  for (let tried = 0; tried < attempts; tried++) {
    const result = await attempt(await readItem(table, clientId, true));
    if (result !== undefined) return result;
    await pause(Math.random() * 20);
  }
  throw new DeviceConflict("changed", clientId);
}

/**
 * Applies a change to the record as it is at the moment of the write.
 *
 * @throws UnreadableDevice unless it is a revocation by force.
 * @throws DeviceConflict `changed` when others were faster every time; `stale`.
 */
export function changeDevice(
  table: Table,
  clientId: string,
  change: DeviceChange,
  by: ConditionalBy,
): Promise<ChangeResult> {
  let intended: DeviceRecord | undefined;
  return persistently<ChangeResult>(table, clientId, async (item) => {
    if (!item) return { outcome: "unknown" };
    const { record: before, unreadable } = parseDeviceItem(item);
    // The write was taken and only its answer lost, so that the SDK's repetition was refused.
    if (intended && before && sameRecord(before, intended)) {
      return { outcome: "changed", record: before };
    }
    const forced = change.kind === "revoked" && change.force === true;
    if (unreadable && !forced) throw new UnreadableDevice(unreadable.clientId, unreadable.reason);
    if (by.onlyIf && !(before && by.onlyIf(before))) throw new DeviceConflict("stale", clientId);
    const result = before
      ? changedRecord(before, change, by)
      : { outcome: "changed" as const, record: revokedRecord(clientId, item, by) };
    if (result.outcome !== "changed") return result;
    intended = result.record;
    const write = before
      ? table.client.send(new UpdateItemCommand(recordUpdate(table.table, before, intended)))
      : table.client.send(new PutItemCommand(replacement(table, item, intended)));
    return (await accepted(write)) ? result : undefined;
  });
}

const replacement = ({ table }: Table, item: DeviceItem, record: DeviceRecord) => ({
  TableName: table,
  Item: deviceItem(record),
  ...stillAsStored(item),
});

/**
 * Deletes a device that is revoked, or with `force` any, be its item readable or not.
 *
 * @throws UnreadableDevice without `force`.
 * @throws DeviceConflict `changed`; `stale`.
 */
export function deleteDevice(
  table: Table,
  clientId: string,
  options: ConditionalBy & { readonly force: boolean },
): Promise<DeleteResult> {
  const { force, onlyIf } = options;
  let version: number | undefined;
  return persistently<DeleteResult>(table, clientId, async (item) => {
    // Gone after a deletion of ours that was refused: its answer was lost, or others did the same.
    if (!item) {
      return version === undefined ? { outcome: "unknown" } : { outcome: "deleted", version };
    }
    const { record, unreadable } = parseDeviceItem(item);
    if (unreadable && !force) throw new UnreadableDevice(unreadable.clientId, unreadable.reason);
    if (record && record.status !== "revoked" && !force) return { outcome: "refused" };
    if (onlyIf && !(record && onlyIf(record))) throw new DeviceConflict("stale", clientId);
    version = record?.version ?? revokedRecord(clientId, item, options).version;
    const guard = record ? stillAsRead(record) : stillAsStored(item);
    const deletion = new DeleteItemCommand({ ...keyOf(table, clientId), ...guard });
    return (await accepted(table.client.send(deletion)))
      ? { outcome: "deleted", version }
      : undefined;
  });
}

/** Writes 25 records a request, several requests side by side, over whatever is there. */
export async function overwriteDevices(
  { client, table }: Table,
  records: readonly DeviceRecord[],
  options: { attempts: number; firstPauseMs: number },
): Promise<string[]> {
  const requests = records.map((record) => ({ PutRequest: { Item: deviceItem(record) } }));
  const left = await Promise.all(
    chunksOf(requests, writeBatchSize).map((chunk) =>
      sendUnprocessed(chunk, options, async (open) => {
        const reply = await client.send(
          new BatchWriteItemCommand({ RequestItems: { [table]: open } }),
        );
        return (reply.UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
          PutRequest?.Item ? [{ PutRequest: { Item: PutRequest.Item } }] : [],
        );
      }),
    ),
  );
  return left.flat().flatMap(({ PutRequest }) => PutRequest.Item[deviceTableKey]?.S ?? []);
}
