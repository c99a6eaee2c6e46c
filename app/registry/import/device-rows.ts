import { parse } from "csv-parse/sync";
import { z } from "zod";
import { isClientId } from "../../contract/client-id.ts";
import { deviceStatuses } from "../../contract/device.ts";
import { regionNames } from "../../contract/regions.ts";
import { linesOf } from "../../shared/lines.ts";
import { printable } from "../../shared/printable.ts";
import { fingerprintRule, isFingerprint, plainFingerprint } from "../device-certificate.ts";
import { isLabel, labelLimit } from "../device-record.ts";
import { isImportableSecret } from "../secret.ts";
import { ColumnsUnknown } from "./import-errors.ts";

export const rowFormats = ["csv", "jsonl"] as const;
export type RowFormat = (typeof rowFormats)[number];

const columns = ["client_id", "secret", "status", "region", "labels", "fingerprint"] as const;
/** Far above any row, and little enough to hold. */
const rowLimitBytes = 64 * 1024;
const reasonLimit = 300;
const tooLong = `it is longer than ${rowLimitBytes} bytes`;

const RowSchema = z
  .strictObject({
    client_id: z.string().refine(isClientId, "must be 1 to 64 of A-Z, a-z, 0-9, _ and -"),
    secret: z
      .string()
      .refine(isImportableSecret, "must be 32 to 256 characters without blanks")
      .optional(),
    status: z.enum(deviceStatuses).default("active"),
    region: z.enum(regionNames).optional(),
    labels: z
      .union([z.array(z.string()), z.string().transform((text) => text.split(";"))])
      .pipe(z.array(z.string().trim().refine(isLabel, "must be labels")).max(labelLimit))
      .default([]),
    fingerprint: z
      .string()
      .transform(plainFingerprint)
      .refine(isFingerprint, `must be ${fingerprintRule}`)
      .optional(),
  })
  .transform(({ client_id, fingerprint, ...rest }) => ({
    clientId: client_id,
    ...rest,
    ...(fingerprint !== undefined && { certificateFingerprint: fingerprint }),
  }));

export type DeviceRow = z.infer<typeof RowSchema>;

/** Where in an input a row stands: its line, counted from 1, and the byte after it. */
export interface RowPosition {
  readonly line: number;
  readonly end: number;
}

/** One row of an import. */
export type ReadRow = RowPosition &
  (
    | { readonly row: DeviceRow; readonly reason?: never }
    | { readonly row?: never; readonly reason: string }
  );

/** An input that can be read, and perhaps read again from some byte on. */
export interface RowInput {
  open(from: number): AsyncIterable<Uint8Array>;
}

const beginning: RowPosition = { line: 0, end: 0 };

/**
 * Reads rows as they come: the input may be of any length. Wrong rows are handed on with a reason.
 *
 * @param after the row after which to begin; then the input must be one that can be read twice.
 */
export function readDeviceRows(
  input: RowInput,
  format: RowFormat,
  after = beginning,
): AsyncGenerator<ReadRow> {
  return format === "csv" ? csvRows(input, after) : jsonRows(input, after);
}

async function* numberedLines(input: RowInput, after: RowPosition) {
  let { line } = after;
  for await (const { text, end } of linesOf(input.open(after.end), rowLimitBytes, after.end)) {
    yield { line: ++line, end, text };
  }
}

/** Never quotes the row: it may hold a secret. */
function checked(position: RowPosition, value: unknown): ReadRow {
  const result = RowSchema.safeParse(value);
  if (result.success) return { ...position, row: result.data };
  const reasons = result.error.issues.map((issue) => {
    const column = issue.path[0];
    return column === undefined ? issue.message : `${String(column)} ${issue.message}`;
  });
  return { ...position, reason: printable([...new Set(reasons)].join("; "), reasonLimit) };
}

async function* jsonRows(input: RowInput, after: RowPosition): AsyncGenerator<ReadRow> {
  for await (const { text, ...position } of numberedLines(input, after)) {
    if (text?.trim() === "") continue;
    if (text === undefined) {
      yield { ...position, reason: tooLong };
      continue;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      yield { ...position, reason: "it is not JSON" };
      continue;
    }
    yield checked(position, value);
  }
}

function checkedHeader(names: readonly string[]): readonly string[] {
  const header = names.map((name, i) => (i === 0 ? name.replace(/^\ufeff/, "") : name));
  const wrong = header.filter(
    (name, i) => !(columns as readonly string[]).includes(name) || header.indexOf(name) !== i,
  );
  if (header.includes("client_id") && wrong.length === 0) return header;
  const rest = columns.slice(1).join(", ");
  const got = wrong.length > 0 ? `"${wrong.join('", "').slice(0, 80)}"` : "no client_id";
  throw new ColumnsUnknown(
    `the first line must name the columns, each once: client_id and optionally ${rest}; got ${got}`,
  );
}

/**
 * No value of ours spans lines, so that each line is read by itself: a stray quote costs one row
 * and does not swallow the rest of the file.
 */
async function* csvRows(input: RowInput, after: RowPosition): AsyncGenerator<ReadRow> {
  let header = after.end > 0 ? await headerOf(input) : undefined;
  for await (const { text, ...position } of numberedLines(input, after)) {
    if (text?.trim() === "") continue;
    const fields = text === undefined ? undefined : fieldsOf(text);
    if (!header) {
      header = checkedHeader(fields ?? []);
    } else if (!fields) {
      const reason = text === undefined ? tooLong : "its quotes are not those of CSV";
      yield { ...position, reason };
    } else if (fields.length !== header.length) {
      const reason = `it has ${fields.length} columns instead of ${header.length}`;
      yield { ...position, reason };
    } else {
      const named = header.map((name, i): [string, string] => [name, fields[i] ?? ""]);
      yield checked(position, Object.fromEntries(named.filter(([, value]) => value !== "")));
    }
  }
  if (!header) checkedHeader([]);
}

/** The columns' names, of an input that is not read from its beginning. */
async function headerOf(input: RowInput): Promise<readonly string[]> {
  for await (const { text } of numberedLines(input, beginning)) {
    if (text?.trim() !== "") return checkedHeader((text && fieldsOf(text)) || []);
  }
  return checkedHeader([]);
}

/** The values of one line; undefined when its quotes are wrong. */
function fieldsOf(line: string): string[] | undefined {
  // Without quotes there is nothing to parse, and a parser is 20 times slower.
  if (!line.includes('"')) return line.split(",").map((field) => field.trim());
  try {
    return parse(line, { trim: true })[0];
  } catch {
    return undefined;
  }
}
