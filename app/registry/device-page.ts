import type { ScanCommandInput } from "@aws-sdk/client-dynamodb";
import { type DeviceStatus, deviceTableKey, publisherKeysItem } from "../contract/device.ts";
import { keyOf } from "./device-key.ts";
import {
  type DeviceItem,
  type DeviceRecord,
  type ParsedItem,
  parseDeviceItem,
  type UnreadableItem,
} from "./device-record.ts";
import { keyAfter, tokenOf } from "./page-token.ts";

/** Which devices are wanted: those that have all that is named. */
export interface DeviceFilter {
  readonly status?: DeviceStatus | undefined;
  readonly label?: string | undefined;
  readonly region?: string | undefined;
}

export interface PageOptions {
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  /** Devices of one page at most, damaged ones among them. */
  readonly limit?: number | undefined;
  /** Items that may be looked at for one page at most. DynamoDB itself stops after 1 MB of them. */
  readonly scan?: number | undefined;
}

export interface DevicePage {
  readonly records: readonly DeviceRecord[];
  readonly unreadable: readonly UnreadableItem[];
  /** Items that were looked at for it. */
  readonly scanned: number;
  /** What DynamoDB counts for that, in read units. */
  readonly readUnits: number;
  /** Token of the next page; undefined after the last one. */
  readonly next: string | undefined;
}

/** @throws InvalidPageToken */
export function pageScan(filter: DeviceFilter, { after, limit, scan }: PageOptions) {
  const { status, label, region } = filter;
  const terms = [
    { name: "status", value: status, term: "#status = :status" },
    { name: "region", value: region, term: "#region = :region" },
    { name: "labels", value: label, term: "contains(#labels, :labels)" },
  ].flatMap(({ value, ...term }) => (value === undefined ? [] : [{ ...term, value }]));
  // It limits what is looked at, not what is found: with a filter, `limit` would make empty pages.
  const looked = Math.min(scan ?? Infinity, (terms.length === 0 ? limit : undefined) ?? Infinity);
  return {
    ...(after !== undefined && {
      ExclusiveStartKey: { [deviceTableKey]: { S: keyAfter(after) } },
    }),
    ReturnConsumedCapacity: "TOTAL",
    ...(looked !== Infinity && { Limit: looked }),
    ...(terms.length > 0 && {
      FilterExpression: terms.map(({ term }) => term).join(" AND "),
      ExpressionAttributeNames: Object.fromEntries(terms.map(({ name }) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        terms.map(({ name, value }) => [`:${name}`, { S: value }]),
      ),
    }),
  } satisfies Partial<ScanCommandInput>;
}

/** What a scan found, but for the one item that is to be no device. */
export const devicesOf = (items: readonly DeviceItem[] = []): readonly ParsedItem[] =>
  items.filter((item) => item[deviceTableKey]?.S !== publisherKeysItem).map(parseDeviceItem);

export interface Scanned {
  readonly items: readonly ParsedItem[];
  readonly scanned: number;
  readonly readUnits: number;
  /** Undefined when the scan came to the table's end. */
  readonly lastKey: string | undefined;
}

export function devicePage(
  { items, lastKey, ...cost }: Scanned,
  limit: number | undefined,
): DevicePage {
  const cut = limit !== undefined && items.length > limit;
  const kept = cut ? items.slice(0, limit) : items;
  const last = cut ? lastKeyOf(kept) : lastKey;
  return {
    records: kept.flatMap((item) => item.record ?? []),
    unreadable: kept.flatMap((item) => item.unreadable ?? []),
    ...cost,
    next: last === undefined ? undefined : tokenOf(last),
  };
}

function lastKeyOf(items: readonly ParsedItem[]): string | undefined {
  const last = items.at(-1);
  return last && keyOf((last.record ?? last.unreadable).clientId);
}
