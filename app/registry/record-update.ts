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
    condition: "#version = :readVersion AND #createdAt = :readCreatedAt",
    names: { "#version": "version", "#createdAt": "createdAt" },
    values: {
      ":readVersion": { N: String(read.version) },
      ":readCreatedAt": { N: String(read.createdAt) },
    },
  };
}

/** The update of what differs, and of nothing else: attributes of a later version of us survive. */
export function recordUpdate(
  table: string,
  before: DeviceRecord,
  after: DeviceRecord,
): UpdateItemCommandInput {
  const [from, to] = [deviceItem(before), deviceItem(after)];
  const { condition, names, values } = stillAsRead(before);
  const set = Object.keys(to).filter((name) => !isDeepStrictEqual(from[name], to[name]));
  const gone = Object.keys(from).filter((name) => !(name in to));
  const setTo = set.map((name): [string, AttributeValue | undefined] => [`:${name}`, to[name]]);
  const removal = gone.length > 0 ? ` REMOVE ${gone.map((name) => `#${name}`).join(", ")}` : "";
  return {
    TableName: table,
    Key: { [deviceTableKey]: { S: before.clientId } },
    UpdateExpression: `SET ${set.map((name) => `#${name} = :${name}`).join(", ")}${removal}`,
    ConditionExpression: condition,
    // Several names are words of DynamoDB's own, such as status and region.
    ExpressionAttributeNames: {
      ...Object.fromEntries([...set, ...gone].map((name) => [`#${name}`, name])),
      ...names,
    },
    ExpressionAttributeValues: { ...(Object.fromEntries(setTo) as DeviceItem), ...values },
  };
}
