import { BatchGetItemCommand } from "@aws-sdk/client-dynamodb";
import { deviceTableKey } from "../contract/device.ts";
import { sendUnprocessed } from "./batches.ts";
import {
  type DeviceItem,
  type DeviceRecord,
  parseDeviceItem,
  type UnreadableItem,
} from "./device-record.ts";
import type { Table } from "./device-writes.ts";

/** DynamoDB's limit for one request. */
export const readBatchSize = 100;

export interface DeviceBatch {
  /** An id that is in none of the three does not exist. */
  readonly found: ReadonlyMap<string, DeviceRecord>;
  readonly unreadable: readonly UnreadableItem[];
  /** Ids that DynamoDB did not get round to. */
  readonly unread: readonly string[];
}

/** How a batch is read. */
export interface BatchReading {
  readonly consistent: boolean;
  /** How often it is sent again for what was left unprocessed, and the first pause. */
  readonly attempts: number;
  readonly firstPauseMs: number;
}

/** One read of at most 100 different ids. */
export async function readDevices(
  { client, table }: Table,
  clientIds: readonly string[],
  { consistent, ...pace }: BatchReading,
): Promise<DeviceBatch> {
  const found = new Map<string, DeviceRecord>();
  const unreadable: UnreadableItem[] = [];
  const keys: DeviceItem[] = clientIds.map((id) => ({ [deviceTableKey]: { S: id } }));
  const open = await sendUnprocessed(keys, pace, async (Keys) => {
    const request = { [table]: { Keys, ConsistentRead: consistent } };
    const reply = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    for (const item of reply.Responses?.[table] ?? []) {
      const parsed = parseDeviceItem(item);
      if (parsed.record) found.set(parsed.record.clientId, parsed.record);
      else unreadable.push(parsed.unreadable);
    }
    return reply.UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return { found, unreadable, unread: open.flatMap((key) => key[deviceTableKey]?.S ?? []) };
}
