import type { ScanCommandInput } from "@aws-sdk/client-dynamodb";
import { isClientId } from "../contract/client-id.ts";
import type { DeviceStatus } from "../contract/device.ts";
import { deviceTableKey } from "../contract/device.ts";
import type { DeviceRecord, ParsedItem, UnreadableItem } from "./device-record.ts";

/** Which devices are wanted: those that have all that is named. */
export interface DeviceFilter {
  readonly status?: DeviceStatus | undefined;
  readonly label?: string | undefined;
  readonly region?: string | undefined;
}

export interface PageOptions {
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  /** Devices of one page at most. */
  readonly limit?: number | undefined;
}

export interface DevicePage {
  readonly records: readonly DeviceRecord[];
  readonly unreadable: readonly UnreadableItem[];
  /** Token of the next page; undefined after the last one. */
  readonly next: string | undefined;
}

/** A page token that is none of ours. */
export class InvalidPageToken extends Error {
  override readonly name = "InvalidPageToken";

  constructor() {
    super("the page token is not one that a list has given");
  }
}

/** Opaque to others, so that what a page begins after may become something else one day. */
const tokenOf = (clientId: string) => Buffer.from(`1:${clientId}`).toString("base64url");

function clientIdOf(token: string): string {
  const [, clientId] = /^1:(.*)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (clientId === undefined || !isClientId(clientId) || tokenOf(clientId) !== token) {
    throw new InvalidPageToken();
  }
  return clientId;
}

/** @throws InvalidPageToken */
export function pageScan(filter: DeviceFilter, { after, limit }: PageOptions) {
  const { status, label, region } = filter;
  const terms = [
    { name: "status", value: status, term: "#status = :status" },
    { name: "region", value: region, term: "#region = :region" },
    { name: "labels", value: label, term: "contains(#labels, :labels)" },
  ].flatMap(({ value, ...term }) => (value === undefined ? [] : [{ ...term, value }]));
  return {
    ...(after !== undefined && {
      ExclusiveStartKey: { [deviceTableKey]: { S: clientIdOf(after) } },
    }),
    // It limits what is looked at, not what is found: with a filter it would make empty pages.
    ...(limit !== undefined && terms.length === 0 && { Limit: limit }),
    ...(terms.length > 0 && {
      FilterExpression: terms.map(({ term }) => term).join(" AND "),
      ExpressionAttributeNames: Object.fromEntries(terms.map(({ name }) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        terms.map(({ name, value }) => [`:${name}`, { S: value }]),
      ),
    }),
  } satisfies Partial<ScanCommandInput>;
}

/** @param lastKey of the scan; undefined when it came to the table's end. */
export function devicePage(
  items: readonly ParsedItem[],
  lastKey: string | undefined,
  limit: number | undefined,
): DevicePage {
  const records = items.flatMap((item) => item.record ?? []);
  const unreadable = items.flatMap((item) => item.unreadable ?? []);
  const end = lastKey === undefined ? undefined : tokenOf(lastKey);
  const cut = limit !== undefined && records.length > limit;
  if (!cut) return { records, unreadable, next: end };
  const kept = records.slice(0, limit);
  const last = kept.at(-1);
  return { records: kept, unreadable, next: last && tokenOf(last.clientId) };
}
