import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { DeviceStatus } from "../contract/device.ts";
import { deviceTableKey } from "../contract/device.ts";
import { chunksOf, sendUnprocessed } from "./batches.ts";
import {
  type DeviceItem,
  type DeviceRecord,
  deviceItem,
  type ParsedItem,
  parseDeviceItem,
  type UnreadableItem,
} from "./device-record.ts";

/** DynamoDB's limits for one request. */
export const readBatchSize = 100;
export const writeBatchSize = 25;

/** A write that must not happen, because the table is not as the writer thought. */
export class DeviceConflict extends Error {
  override readonly name = "DeviceConflict";
  readonly code: "exists" | "changed";

  constructor(code: DeviceConflict["code"], clientId: string, options?: ErrorOptions) {
    super(
      code === "exists"
        ? `device ${clientId} exists already`
        : `device ${clientId} was changed by someone else meanwhile; read it again`,
      options,
    );
    this.code = code;
  }
}

export interface DeviceBatch {
  /** An id that is in none of the three does not exist. */
  readonly found: ReadonlyMap<string, DeviceRecord>;
  readonly unreadable: readonly UnreadableItem[];
  /** Ids that DynamoDB did not get round to. */
  readonly unread: readonly string[];
}

export interface DevicePage {
  readonly records: readonly DeviceRecord[];
  readonly unreadable: readonly UnreadableItem[];
  /** Where the next page starts; undefined after the last one. */
  readonly next: string | undefined;
}

export interface RegistryOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Reads see every write that was acknowledged before: twice the price, not for logins. */
  readonly consistent?: boolean;
  /** How often a batch is sent again for what was left unprocessed, and the first pause. */
  readonly batch?: { readonly attempts: number; readonly firstPauseMs: number };
}

/**
 * The device table. Every method rejects with the SDK's error when DynamoDB cannot be reached or
 * refuses; reading methods need GetItem, BatchGetItem and Scan rights, writing ones the others.
 */
export class DeviceRegistry {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #consistent: boolean;
  readonly #batch: { readonly attempts: number; readonly firstPauseMs: number };

  constructor(options: RegistryOptions) {
    this.#client = options.client;
    this.#table = options.table;
    this.#consistent = options.consistent ?? false;
    this.#batch = options.batch ?? { attempts: 8, firstPauseMs: 50 };
  }

  async get(clientId: string): Promise<ParsedItem | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: { [deviceTableKey]: { S: clientId } },
        ConsistentRead: this.#consistent,
      }),
    );
    return Item && parseDeviceItem(Item);
  }

  /** One read of at most 100 different ids. */
  async getMany(clientIds: readonly string[]): Promise<DeviceBatch> {
    const found = new Map<string, DeviceRecord>();
    const unreadable: UnreadableItem[] = [];
    const keys: DeviceItem[] = clientIds.map((id) => ({ [deviceTableKey]: { S: id } }));
    const open = await sendUnprocessed(keys, this.#batch, async (Keys) => {
      const request = { [this.#table]: { Keys, ConsistentRead: this.#consistent } };
      const reply = await this.#client.send(new BatchGetItemCommand({ RequestItems: request }));
      for (const item of reply.Responses?.[this.#table] ?? []) {
        const parsed = parseDeviceItem(item);
        if (parsed.record) found.set(parsed.record.clientId, parsed.record);
        else unreadable.push(parsed.unreadable);
      }
      return reply.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    });
    return { found, unreadable, unread: open.flatMap((key) => key[deviceTableKey]?.S ?? []) };
  }

  /** @throws DeviceConflict `exists` when the id is taken. */
  async create(record: DeviceRecord): Promise<void> {
    await this.#put(record, "exists", { condition: "attribute_not_exists(clientId)" });
  }

  /** @throws DeviceConflict `changed` unless the stored version is the one before the record's. */
  async replace(record: DeviceRecord): Promise<void> {
    await this.#put(record, "changed", {
      condition: "version = :read",
      values: { ":read": { N: String(record.version - 1) } },
    });
  }

  async #put(
    record: DeviceRecord,
    conflict: DeviceConflict["code"],
    guard: { condition: string; values?: DeviceItem },
  ): Promise<void> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: deviceItem(record),
          ConditionExpression: guard.condition,
          ...(guard.values && { ExpressionAttributeValues: guard.values }),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new DeviceConflict(conflict, record.clientId, { cause: error });
    }
  }

  /** Ends a device's right to connect, for good. `already`: it was revoked before. */
  async revoke(clientId: string, now: number): Promise<"revoked" | "already" | "unknown"> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { [deviceTableKey]: { S: clientId } },
          // `status` is a reserved word of DynamoDB.
          UpdateExpression: "SET #status = :revoked, changedAt = :now ADD version :one",
          ConditionExpression: "attribute_exists(clientId)",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: {
            ":revoked": { S: "revoked" satisfies DeviceStatus },
            ":now": { N: String(now) },
            ":one": { N: "1" },
          },
          ReturnValues: "UPDATED_OLD",
        }),
      );
      return Attributes?.["status"]?.S === "revoked" ? "already" : "revoked";
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return "unknown";
      throw error;
    }
  }

  /** One page, in no particular order. A page may be empty without being the last. */
  async page(after?: string, status?: DeviceStatus): Promise<DevicePage> {
    const reply = await this.#client.send(
      new ScanCommand({
        TableName: this.#table,
        ConsistentRead: this.#consistent,
        ...(after !== undefined && { ExclusiveStartKey: { [deviceTableKey]: { S: after } } }),
        ...(status !== undefined && {
          FilterExpression: "#status = :status",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":status": { S: status } },
        }),
      }),
    );
    const parsed = (reply.Items ?? []).map(parseDeviceItem);
    return {
      records: parsed.flatMap((item) => item.record ?? []),
      unreadable: parsed.flatMap((item) => item.unreadable ?? []),
      next: reply.LastEvaluatedKey?.[deviceTableKey]?.S,
    };
  }

  /**
   * Writes many records, 25 a request and several requests side by side, over whatever is there:
   * batch writes know no conditions. The caller has looked first, and an id that someone creates
   * between look and write is overwritten; `create` has no such gap.
   *
   * @returns the ids that DynamoDB did not accept after all attempts.
   */
  async overwriteMany(records: readonly DeviceRecord[]): Promise<string[]> {
    const requests = records.map((record) => ({ PutRequest: { Item: deviceItem(record) } }));
    const left = await Promise.all(
      chunksOf(requests, writeBatchSize).map((chunk) =>
        sendUnprocessed(chunk, this.#batch, async (open) => {
          const reply = await this.#client.send(
            new BatchWriteItemCommand({ RequestItems: { [this.#table]: open } }),
          );
          const unprocessed = reply.UnprocessedItems?.[this.#table] ?? [];
          return unprocessed.flatMap(({ PutRequest }) =>
            PutRequest?.Item ? [{ PutRequest: { Item: PutRequest.Item } }] : [],
          );
        }),
      ),
    );
    return left.flat().flatMap(({ PutRequest }) => PutRequest.Item[deviceTableKey]?.S ?? []);
  }
}
