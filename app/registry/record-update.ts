import { isDeepStrictEqual } from "node:util";
import type { AttributeValue, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { deviceTableKey } from "../contract/device.ts";
import { type DeviceItem, type DeviceRecord, deviceItem } from "./device-record.ts";

export const sameRecord = (a: DeviceRecord, b: DeviceRecord): boolean =>
  isDeepStrictEqual(deviceItem(a), deviceItem(b));

/**
 * Holds while the record is the one that was read. The version alone would not do: a device that
 * was deleted and registered anew counts from 1 again.
 */
export function stillAsRead(read: DeviceRecord) {
  return {
    ConditionExpression: "#version = :readVersion AND #createdAt = :readCreatedAt",
    ExpressionAttributeNames: { "#version": "version", "#createdAt": "createdAt" },
    ExpressionAttributeValues: {
      ":readVersion": { N: String(read.version) },
      ":readCreatedAt": { N: String(read.createdAt) },
    },
  };
}

/** Told apart by these: whoever changes a record changes one of them. */
const guarded = ["version", "createdAt", "changedAt", "status"] as const;

/**
 * The same of an item that is not a record: holds while these attributes are what they were, be it
 * of the wrong type, of any size, or missing.
 */
export function stillAsStored(item: DeviceItem) {
  const terms = guarded.map((name) => stillHas(name, item[name]));
  const values = Object.assign({}, ...terms.map((term) => term.values));
  return {
    ConditionExpression: terms.map(({ condition }) => condition).join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(guarded.map((name) => [`#${name}`, name])),
    // DynamoDB takes no empty map.
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values as DeviceItem }),
  };
}

const compared: ReadonlySet<string> = new Set(["S", "N", "B", "BOOL", "NULL"]);

/** What holds other values is known by its type and size: not every store compares it. */
function stillHas(name: string, value: AttributeValue | undefined) {
  if (value === undefined) return { condition: `attribute_not_exists(#${name})`, values: {} };
  const [type = "", content] = Object.entries(value)[0] ?? [];
  if (compared.has(type)) {
    return { condition: `#${name} = :${name}`, values: { [`:${name}`]: value } };
  }
  const size = Array.isArray(content) ? content.length : Object.keys(content as object).length;
  return {
    condition: `attribute_type(#${name}, :${name}Type) AND size(#${name}) = :${name}Size`,
    values: { [`:${name}Type`]: { S: type }, [`:${name}Size`]: { N: String(size) } },
  };
}

/** The update of what differs, and of nothing else: attributes of a later version of us survive. */
export function recordUpdate(
  table: string,
  before: DeviceRecord,
  after: DeviceRecord,
): UpdateItemCommandInput {
  const [from, to] = [deviceItem(before), deviceItem(after)];
  const guard = stillAsRead(before);
  const set = Object.keys(to).filter((name) => !isDeepStrictEqual(from[name], to[name]));
  const gone = Object.keys(from).filter((name) => !(name in to));
  const setTo = set.map((name): [string, AttributeValue | undefined] => [`:${name}`, to[name]]);
  const removal = gone.length > 0 ? ` REMOVE ${gone.map((name) => `#${name}`).join(", ")}` : "";
  return {
    TableName: table,
    Key: { [deviceTableKey]: { S: before.clientId } },
    UpdateExpression: `SET ${set.map((name) => `#${name} = :${name}`).join(", ")}${removal}`,
    ConditionExpression: guard.ConditionExpression,
    // Several names are words of DynamoDB's own, such as status and region.
    ExpressionAttributeNames: {
      ...Object.fromEntries([...set, ...gone].map((name) => [`#${name}`, name])),
      ...guard.ExpressionAttributeNames,
    },
    ExpressionAttributeValues: {
      ...(Object.fromEntries(setTo) as DeviceItem),
      ...guard.ExpressionAttributeValues,
    },
  };
}
