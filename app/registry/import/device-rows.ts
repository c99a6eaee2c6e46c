import { parse } from "csv-parse/sync";
import { z } from "zod";
import { isClientId } from "../../contract/client-id.ts";
import { deviceStatuses } from "../../contract/device.ts";
import { regionNames } from "../../contract/regions.ts";
import { plainField } from "../../shared/csv-field.ts";
import { linesOf } from "../../shared/lines.ts";
import { printable } from "../../shared/printable.ts";
import { fingerprintRule, isFingerprint, plainFingerprint } from "../device-certificate.ts";
import { isLabel, labelLimit } from "../device-record.ts";
import { isReserved, reservedRule } from "../reserved-ids.ts";
import { isImportableSecret } from "../secret.ts";
import { ColumnsUnknown } from "./import-errors.ts";
import { plainInput } from "./plain-input.ts";

export const rowFormats = ["csv", "jsonl"] as const;
export type RowFormat = (typeof rowFormats)[number];

const columns = ["client_id", "secret", "status", "region", "labels", "fingerprint"] as const;
/** What an export says besides: it is kept by the registry and cannot be chosen. */
const kept = ["created", "changed", "changed_by", "version", "previous_secret_until", "damaged"];
/** How an export in JSON lines calls them. */
const jsonNames: Readonly<Record<string, string>> = {
  clientId: "client_id",
  certificateFingerprint: "fingerprint",
  createdAt: "created",
  changedAt: "changed",
  changedBy: "changed_by",
  previousSecretUntil: "previous_secret_until",
};
/** Far above any row, and little enough to hold. */
const rowLimitBytes = 64 * 1024;
const reasonLimit = 300;
const tooLong = `it is longer than ${rowLimitBytes} bytes`;

/** An empty one is no label: spreadsheets and scripts leave a separator at the end. */
const labelsIn = (text: string) => text.split(";").filter((label) => label.trim() !== "");

const RowSchema = z
  .strictObject({
    client_id: z
      .string()
      .refine(isClientId, "must be 1 to 64 of A-Z, a-z, 0-9, _ and -")
      .refine((id) => !isReserved(id), reservedRule),
    secret: z
      .string()
      .refine(isImportableSecret, "must be 32 to 256 characters without blanks")
      .optional(),
    status: z.enum(deviceStatuses).default("active"),
    region: z.enum(regionNames).optional(),
    labels: z
      .union([z.array(z.string()), z.string().transform(labelsIn)])
      .pipe(z.array(z.string().trim().refine(isLabel, "must be labels")).max(labelLimit))
      .default([]),
    fingerprint: z
      .string()
      .transform(plainFingerprint)
      .refine(isFingerprint, `must be ${fingerprintRule}`)
      .optional(),
    damaged: z.never("is not empty: its record was damaged when it was exported").optional(),
  })
  .transform(({ client_id, fingerprint, damaged: _, ...rest }) => ({
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
  const plain = plainInput(input);
  return format === "csv" ? csvRows(plain, after) : jsonRows(plain, after);
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
    yield checked(position, importable(value));
  }
}

/** An object of an export, as it would have been written for an import. */
function importable(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const named = Object.entries(value).map(([name, each]) => [jsonNames[name] ?? name, each]);
  return Object.fromEntries(named.filter(([name]) => name === "damaged" || !kept.includes(name)));
}

interface Header {
  readonly names: readonly string[];
  /** Columns without a name at the end among them. */
  readonly width: number;
}

const fits = (fields: readonly string[], { names, width }: Header) =>
  fields.length >= names.length &&
  fields.length <= width &&
  fields.slice(names.length).every((field) => field === "");

/** What a row says, without what it leaves empty. A secret is taken as it is. */
function rowOf(fields: readonly string[], names: readonly string[]): Record<string, string> {
  const cells = names.map((name, i): [string, string] => {
    const field = fields[i] ?? "";
    return [name, name === "secret" ? field : plainField(field)];
  });
  const said = cells.filter(
    ([name, value]) => value !== "" && (name === "damaged" || !kept.includes(name)),
  );
  return Object.fromEntries(said);
}

/** Columns at the end that have no name are those that a spreadsheet leaves behind. */
function checkedHeader(cells: readonly string[]): Header {
  const header = cells.slice(0, cells.findLastIndex((name) => name !== "") + 1);
  const known: readonly string[] = [...columns, ...kept];
  const wrong = header.filter((name, i) => !known.includes(name) || header.indexOf(name) !== i);
  if (header.includes("client_id") && wrong.length === 0) {
    return { names: header, width: cells.length };
  }
  const rest = columns.slice(1).join(", ");
  const got = wrong.length > 0 ? `"${printable(wrong.join('", "'), 80)}"` : "no client_id";
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
    } else if (!fits(fields, header)) {
      const reason = `it has ${fields.length} columns instead of ${header.names.length}`;
      yield { ...position, reason };
    } else {
      yield checked(position, rowOf(fields, header.names));
    }
  }
  if (!header) checkedHeader([]);
}

/** The columns' names, of an input that is not read from its beginning. */
async function headerOf(input: RowInput): Promise<Header> {
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
