import { isClientId } from "../contract/client-id.ts";
import { publisherKeysItem } from "../contract/device.ts";

/** DynamoDB's limit for a key, in bytes. */
const keyLimitBytes = 2_048;
const mark = "key:";

/** Whether DynamoDB could have an item under this key. */
export const isTableKey = (key: string): boolean =>
  key !== "" && Buffer.byteLength(key) <= keyLimitBytes;

/**
 * How the key of an item is written wherever it is shown: a client id as it is, anything else, which
 * may hold whatever its writer liked, as `key:` and base64url. No client id has a colon, so that the
 * name can be given back where an item is asked for.
 */
export const keyName = (key: string): string =>
  isClientId(key) ? key : `${mark}${Buffer.from(key).toString("base64url")}`;

/** The key that a name stands for. Undefined for what is no name, and for what is no device's item. */
export function keyOf(name: string): string | undefined {
  if (isClientId(name)) return name;
  if (!name.startsWith(mark)) return undefined;
  const key = Buffer.from(name.slice(mark.length), "base64url").toString();
  if (key === publisherKeysItem) return undefined;
  return isTableKey(key) && keyName(key) === name ? key : undefined;
}

/** What every name of an item is like. */
export const itemNamePattern = /^(?:[A-Za-z0-9_-]{1,64}|key:[A-Za-z0-9_-]{2,2731})$/;

/** A client id, or the name of another key. */
export const isItemName = (name: string): boolean => keyOf(name) !== undefined;
