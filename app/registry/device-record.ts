import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { isClientId } from "../contract/client-id.ts";
import { type DeviceStatus, deviceStatuses, deviceTableKey } from "../contract/device.ts";
import { isPrintable, printable } from "../shared/printable.ts";
import { keyName } from "./device-key.ts";
import type { DeviceSecrets } from "./secret.ts";

/** One device as the registry knows it. Times are milliseconds since 1970. */
export interface DeviceRecord extends DeviceSecrets {
  readonly clientId: string;
  readonly status: DeviceStatus;
  /** Where the device is at home. It may connect anywhere. */
  readonly region?: string;
  /**
   * The one certificate that the device may connect with, where devices use certificates. Absent:
   * any that the device CA has issued for it.
   */
  readonly certificateFingerprint?: string;
  readonly labels: readonly string[];
  readonly createdAt: number;
  readonly changedAt: number;
  /** Who changed it last. Absent from records that were last written before this was kept. */
  readonly changedBy?: string;
  /** Goes up by one with every change: a writer names the version it has read. */
  readonly version: number;
}

export type DeviceItem = Record<string, AttributeValue>;

/** Labels end up in the device's token, where commas and blanks would be ambiguous. */
export const labelPattern = /^[A-Za-z0-9_.:/-]{1,64}$/;
export const labelRule = "1 to 64 of A-Z, a-z, 0-9 and _ . : / -";
export const labelLimit = 16;

export function isLabel(value: string): boolean {
  return labelPattern.test(value);
}

/** Any name, not only today's: a record must stay readable when a region is added or given up. */
const REGION = /^[a-z0-9-]{1,32}$/;

/** The end of the year 9999: what is later has no date that other programs can read. */
const timeLimit = 253_402_300_799_999;
/** Far beyond what changes can reach, and far below where numbers are not exact any more. */
const versionLimit = 1e15;
const actorLimit = 256;

const text = z.object({ S: z.string() }).transform((value) => value.S);
const wholeUpTo = (limit: number) =>
  z
    .object({ N: z.string().regex(/^\d{1,16}$/, "must be a whole number") })
    .transform((value) => Number(value.N))
    .refine((value) => value <= limit, `must be at most ${limit}`);
const time = wholeUpTo(timeLimit);
const bytes = (length: number) =>
  z
    .object({ B: z.instanceof(Uint8Array) })
    .refine((value) => value.B.byteLength === length, `must be ${length} bytes`)
    .transform((value) => Buffer.from(value.B));
const base64 = (length: number) => bytes(length).transform((value) => value.toString("base64"));

const ItemSchema = z.object({
  clientId: text.refine(isClientId, "is not a client id"),
  status: text.pipe(z.enum(deviceStatuses)),
  secretHash: base64(32),
  salt: base64(16),
  // Absent without an overlap of two secrets.
  previous: z
    .object({ M: z.object({ secretHash: base64(32), salt: base64(16), validUntil: time }) })
    .transform(({ M }) => ({ hash: M.secretHash, salt: M.salt, validUntil: M.validUntil }))
    .optional(),
  certificateFingerprint: bytes(32)
    .transform((value) => value.toString("hex"))
    .optional(),
  region: text.refine((name) => REGION.test(name), "is not a region").optional(),
  labels: z
    .object({ L: z.array(text.refine(isLabel, "is not a label")).max(labelLimit) })
    .transform((value) => value.L)
    .optional(),
  createdAt: time,
  changedAt: time,
  changedBy: text.refine((name) => isPrintable(name, actorLimit), "is not a name").optional(),
  version: wholeUpTo(versionLimit),
});

/** An item of the table that is not a device record, and what is wrong with it. */
export interface UnreadableItem {
  /** The name of its key: see `keyName`. */
  readonly clientId: string;
  /** Printable, and of bounded length. */
  readonly reason: string;
}

const reasonLimit = 300;
const issueLimit = 10;

export type ParsedItem =
  | { readonly record: DeviceRecord; readonly unreadable?: never }
  | { readonly record?: never; readonly unreadable: UnreadableItem };

/** Reads a table item; somebody else may have written it, so nothing about it is taken for granted. */
export function parseDeviceItem(item: DeviceItem): ParsedItem {
  const result = ItemSchema.safeParse(item);
  if (!result.success) {
    const issues = result.error.issues.slice(0, issueLimit);
    const reason = issues.map((i) => `${i.path.join(".")} ${i.message}`).join("; ");
    const clientId = keyName(item[deviceTableKey]?.S ?? "");
    return { unreadable: { clientId, reason: printable(reason, reasonLimit) } };
  }
  return { record: recordOf(result.data) };
}

function recordOf(data: z.infer<typeof ItemSchema>): DeviceRecord {
  const { secretHash, salt, previous, certificateFingerprint, region, labels, changedBy, ...rest } =
    data;
  return {
    ...rest,
    secret: { hash: secretHash, salt },
    ...(previous && { previous }),
    ...(certificateFingerprint !== undefined && { certificateFingerprint }),
    ...(region !== undefined && { region }),
    labels: labels ?? [],
    ...(changedBy !== undefined && { changedBy }),
  };
}

/** Each attribute of a damaged item that can be read. The item itself proves nothing. */
export function readableAttributes(item: DeviceItem): Partial<z.infer<typeof ItemSchema>> {
  const readable = Object.entries(ItemSchema.shape).flatMap(([name, schema]) => {
    const result = schema.safeParse(item[name]);
    return result.success && result.data !== undefined ? [[name, result.data]] : [];
  });
  return Object.fromEntries(readable);
}

/** Of one type, so that items can be compared. */
const binary = (text: string, encoding: "base64" | "hex") => ({
  B: new Uint8Array(Buffer.from(text, encoding)),
});

/** The other direction. What is absent or empty is left out. */
export function deviceItem(record: DeviceRecord): DeviceItem {
  const { previous, certificateFingerprint, region, changedBy } = record;
  return {
    clientId: { S: record.clientId },
    status: { S: record.status },
    secretHash: binary(record.secret.hash, "base64"),
    salt: binary(record.secret.salt, "base64"),
    ...(previous && {
      previous: {
        M: {
          secretHash: binary(previous.hash, "base64"),
          salt: binary(previous.salt, "base64"),
          validUntil: { N: String(previous.validUntil) },
        },
      },
    }),
    ...(certificateFingerprint !== undefined && {
      certificateFingerprint: binary(certificateFingerprint, "hex"),
    }),
    ...(region !== undefined && { region: { S: region } }),
    ...(record.labels.length > 0 && {
      labels: { L: record.labels.map((label) => ({ S: label })) },
    }),
    createdAt: { N: String(record.createdAt) },
    changedAt: { N: String(record.changedAt) },
    ...(changedBy !== undefined && { changedBy: { S: changedBy } }),
    version: { N: String(record.version) },
  };
}
