import { existsSync } from "node:fs";
import { link, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { exportLine, type StoredRecord } from "../../audit/stored-record.ts";
import { printableJson } from "../../shared/printable.ts";
import type { CommandContext } from "../command-context.ts";
import { connectOperator } from "../nats-session.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { type AuditRange, storedRecords } from "./audit-source.ts";
import { countRecords } from "./progress.ts";

export interface ExportArguments extends AuditRange {
  /** Undefined: standard output. A name that ends in `.gz` is gzipped. */
  readonly out: string | undefined;
}

const ownerOnly = 0o600;

/** Writes one JSON object a record, in the order of storage, in the form that `verify --file` reads. */
export async function exportAudit(
  context: CommandContext,
  options: ExportArguments,
): Promise<number> {
  const { out } = options;
  const connection = await connectOperator(context.variables);
  const progress = countRecords(context.messages);
  const counted = async function* (records: AsyncIterable<StoredRecord>) {
    for await (const record of records) {
      progress.add();
      yield printableJson(exportLine(record));
    }
  };
  const lines = counted(storedRecords(connection, options));
  try {
    if (out !== undefined) await writeWhole(out, lines);
    else for await (const line of lines) await context.output.json(line);
  } finally {
    progress.stop();
    await connection.close();
  }
  context.messages.line(`done: ${progress.text()}`);
  return 0;
}

/** The file has its name only when it is whole. An existing one is never overwritten. */
async function writeWhole(path: string, lines: AsyncIterable<string>): Promise<void> {
  const part = `${path}.part`;
  const fail = (error: unknown): never => {
    const taken = (error as NodeJS.ErrnoException).code === "EEXIST";
    const reason = taken ? "it exists already; choose another name" : sentenceOf(error);
    throw new OperatorError(`cannot create ${path}: ${reason}`);
  };
  if (existsSync(path)) fail({ code: "EEXIST" });
  const file = await open(part, "w", ownerOnly).catch(fail);
  try {
    const source = Readable.from(withNewlines(lines));
    const target = file.createWriteStream();
    if (path.endsWith(".gz")) await pipeline(source, createGzip(), target);
    else await pipeline(source, target);
    // Unlike a rename, it fails when somebody took the name meanwhile.
    await link(part, path).catch(fail);
  } finally {
    await rm(part, { force: true });
  }
}

async function* withNewlines(lines: AsyncIterable<string>) {
  for await (const line of lines) yield `${line}\n`;
}
