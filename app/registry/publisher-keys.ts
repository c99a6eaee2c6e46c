import { isDeepStrictEqual } from "node:util";
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { deviceTableKey, publisherKeysItem } from "../contract/device.ts";
import { parseJson } from "../contract/parse-json.ts";
import { type PublisherKey, PublisherKeysSchema } from "../contract/publisher-key.ts";
import { BuriedKeysSchema } from "./buried-key.ts";
import type { Table } from "./device-writes.ts";
import {
  type AllKeys,
  type KeyChange,
  type KeyChangeResult,
  keysAfter,
} from "./publisher-key-change.ts";

const attempts = 8;

interface Stored {
  readonly all: AllKeys;
  /** 0: there is no item yet. */
  readonly version: number;
}

/** The item is there, and says nothing that could be believed. */
export class PublisherKeysDamaged extends Error {
  override readonly name = "PublisherKeysDamaged";

  constructor() {
    super(`the table's item ${publisherKeysItem} does not read: restore it from a backup`);
  }
}

/**
 * The public keys of publishers: one item of the device table, under a key that no device can have, so
 * that every region has them, and who reads the table by id can read them.
 */
export class PublisherKeys {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** As every write that was acknowledged in this region has left them. @throws PublisherKeysDamaged */
  async read(): Promise<readonly PublisherKey[]> {
    return (await this.#stored()).all.keys;
  }

  /** Applies a change to the keys as they are at the moment of the write. @throws PublisherKeysDamaged */
  async change(change: KeyChange, nowMs: number): Promise<KeyChangeResult> {
    let intended: PublisherKey | undefined;
    for (let tried = 0; tried < attempts; tried++) {
      const { all, version } = await this.#stored();
      // The write was taken and only its answer lost, so that the SDK's repetition was refused.
      const done = intended && all.keys.find((each) => isDeepStrictEqual(each, intended));
      if (done) return { key: done, all };
      const result = keysAfter(all, change, nowMs);
      if (result.refused !== undefined) return result;
      intended = result.key;
      if (await this.#write(result.all, version)) return result;
    }
    return { refused: "busy" };
  }

  async #stored(): Promise<Stored> {
    const { client, table } = this.#table;
    const Key = { [deviceTableKey]: { S: publisherKeysItem } };
    const get = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
    const { Item } = await client.send(get);
    return Item ? storedOf(Item) : { all: { keys: [], buried: [] }, version: 0 };
  }

  /** False when somebody else has written meanwhile. */
  async #write({ keys, buried }: AllKeys, version: number): Promise<boolean> {
    const { client, table } = this.#table;
    const put = new PutItemCommand({
      TableName: table,
      Item: {
        [deviceTableKey]: { S: publisherKeysItem },
        version: { N: String(version + 1) },
        keys: { S: JSON.stringify(keys) },
        buried: { S: JSON.stringify(buried) },
      },
      ...(version === 0
        ? { ConditionExpression: `attribute_not_exists(${deviceTableKey})` }
        : {
            ConditionExpression: "#version = :version",
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": { N: String(version) } },
          }),
    });
    try {
      await client.send(put);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

function storedOf({ keys, buried, version }: Record<string, AttributeValue>): Stored {
  const read = PublisherKeysSchema.safeParse(parseJson(Buffer.from(keys?.S ?? "")));
  const gone = BuriedKeysSchema.safeParse(parseJson(Buffer.from(buried?.S ?? "[]")));
  const counted = Number(version?.N);
  if (!read.success || !gone.success || !Number.isSafeInteger(counted) || counted < 1) {
    throw new PublisherKeysDamaged();
  }
  return { all: { keys: read.data, buried: gone.data }, version: counted };
}
