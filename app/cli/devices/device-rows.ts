import { parse } from "csv-parse/sync";
import { z } from "zod";
import { isClientId } from "../../contract/client-id.ts";
import { deviceStatuses } from "../../contract/device.ts";
import { isLabel, labelLimit } from "../../registry/device-record.ts";
import { isImportableSecret } from "../../registry/secret.ts";
import { OperatorError } from "../operator-error.ts";
import { linesOf } from "./lines.ts";

export const rowFormats = ["csv", "jsonl"] as const;
export type RowFormat = (typeof rowFormats)[number];

const columns = ["client_id", "secret", "status", "labels"] as const;
/** Far above any row, and little enough to hold. */
const rowLimitBytes = 64 * 1024;
const tooLong = `it is longer than ${rowLimitBytes} bytes`;

const RowSchema = z
  .strictObject({
    client_id: z.string().refine(isClientId, "must be 1 to 64 of A-Z, a-z, 0-9, _ and -"),
    secret: z
      .string()
      .refine(isImportableSecret, "must be 32 to 256 characters without blanks")
      .optional(),
    status: z.enum(deviceStatuses).default("active"),
    labels: z
      .union([z.array(z.string()), z.string().transform((text) => text.split(";"))])
      .pipe(z.array(z.string().trim().refine(isLabel, "must be labels")).max(labelLimit))
      .default([]),
  })
  .transform(({ client_id, ...rest }) => ({ clientId: client_id, ...rest }));

export type DeviceRow = z.infer<typeof RowSchema>;

/** One row of an import, with its line, counted from 1. */
export type ReadRow =
  | { readonly line: number; readonly row: DeviceRow; readonly reason?: never }
  | { readonly line: number; readonly row?: never; readonly reason: string };

/** Reads rows as they come: the input may be of any length. Wrong rows are handed on with a reason. */
export function readDeviceRows(
  input: AsyncIterable<Uint8Array>,
  format: RowFormat,
): AsyncGenerator<ReadRow> {
  return format === "csv" ? csvRows(input) : jsonRows(input);
}

/** Never quotes the row: it may hold a secret. */
function checked(line: number, value: unknown): ReadRow {
  const result = RowSchema.safeParse(value);
  if (result.success) return { line, row: result.data };
  const reasons = result.error.issues.map((issue) => {
    const column = issue.path[0];
    return column === undefined ? issue.message : `${String(column)} ${issue.message}`;
  });
  return { line, reason: [...new Set(reasons)].join("; ") };
}

async function* jsonRows(input: AsyncIterable<Uint8Array>): AsyncGenerator<ReadRow> {
  let line = 0;
  for await (const text of linesOf(input, rowLimitBytes)) {
    line++;
    if (text === undefined) {
      yield { line, reason: tooLong };
      continue;
    }
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      yield { line, reason: "it is not JSON" };
      continue;
    }
    yield checked(line, value);
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
  throw new OperatorError(
    `the first line must name the columns, each once: client_id and optionally ${rest}; got ${got}`,
  );
}

/**
 * No value of ours spans lines, so that each line is read by itself: a stray quote costs one row
 * and does not swallow the rest of the file.
 */
async function* csvRows(input: AsyncIterable<Uint8Array>): AsyncGenerator<ReadRow> {
  let line = 0;
  let header: readonly string[] | undefined;
  for await (const text of linesOf(input, rowLimitBytes)) {
    line++;
    if (text?.trim() === "") continue;
    const fields = text === undefined ? undefined : fieldsOf(text);
    if (!header) {
      header = checkedHeader(fields ?? []);
    } else if (!fields) {
      yield { line, reason: text === undefined ? tooLong : "its quotes are not those of CSV" };
    } else if (fields.length !== header.length) {
      yield { line, reason: `it has ${fields.length} columns instead of ${header.length}` };
    } else {
      const named = header.map((name, i): [string, string] => [name, fields[i] ?? ""]);
      yield checked(line, Object.fromEntries(named.filter(([, value]) => value !== "")));
    }
  }
  checkedHeader([...(header ?? [])]);
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
