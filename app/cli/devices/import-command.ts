import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { OutputClosed } from "../output.ts";
import { type ImportProgress, type IssuedSecret, importDevices } from "./device-import.ts";
import { type RowFormat, readDeviceRows } from "./device-rows.ts";

export interface ImportArguments {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly format: RowFormat | undefined;
  readonly secretsOut: string | undefined;
  readonly rejects: string | undefined;
  readonly replace: boolean;
}

const ownerOnly = 0o600;
const csvField = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @returns the exit code: 1 when a row was rejected or nobody takes the secrets any more. */
export async function importCommand(
  context: CommandContext,
  options: ImportArguments,
): Promise<number> {
  const { input, format } = await openInput(options, context.stdin);
  const secrets =
    options.secretsOut === undefined ? undefined : await createOwn(options.secretsOut);
  const rejects = options.rejects === undefined ? undefined : await createOwn(options.rejects);
  await rejects?.write("line,client_id,reason\n");
  const report = progressReport(context);
  const write = secretWriter(context, secrets);
  try {
    const result = await withRegistry(context.variables, (registry) =>
      importDevices({
        rows: readDeviceRows(input, format),
        registry,
        replace: options.replace,
        now: Date.now,
        onIssued: write,
        onRejected: async ({ line, clientId, reason }) => {
          if (rejects) await rejects.write(`${line},${clientId ?? ""},${csvField(reason)}\n`);
          else report.note(`line ${line}${clientId ? ` (${clientId})` : ""}: ${reason}`);
        },
        onProgress: report.update,
      }),
    );
    report.end(result);
    return result.rejected > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
    report.note(
      "stopped: nobody reads the secrets any more; use --secrets-out to keep them in a file",
    );
    return 1;
  } finally {
    report.stop();
    await Promise.all([secrets?.close(), rejects?.close()]);
  }
}

/** Secrets go to one place, once. */
function secretWriter(context: CommandContext, file: FileHandle | undefined) {
  const header = "client_id,secret";
  let begun = false;
  return async (issued: readonly IssuedSecret[]) => {
    const lines = issued.map(({ clientId, secret }) => `${clientId},${secret}`);
    if (!begun) lines.unshift(header);
    begun = true;
    if (file) await file.write(`${lines.join("\n")}\n`);
    else for (const line of lines) await context.output.line(line);
  };
}

/** A new file that only its owner can read. An existing one is never overwritten. */
async function createOwn(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", ownerOnly);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    const reason = exists ? "it exists already; choose another name" : sentenceOf(error);
    throw new OperatorError(`cannot create ${path}: ${reason}`);
  }
}

async function openInput(
  options: Pick<ImportArguments, "file" | "format">,
  stdin: Readable,
): Promise<{ input: AsyncIterable<Uint8Array>; format: RowFormat }> {
  const source = options.file === "-" ? stdin : createReadStream(options.file);
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const next = () =>
    chunks.next().catch((error) => {
      throw new OperatorError(`cannot read ${options.file}: ${sentenceOf(error)}`);
    });
  const first = await next();
  if (first.done) throw new OperatorError(`${options.file} is empty`);
  const start = Buffer.from(first.value)
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  return {
    input: resumed(first.value, next),
    format: options.format ?? (start.startsWith("{") ? "jsonl" : "csv"),
  };
}

async function* resumed(first: Uint8Array, next: () => Promise<IteratorResult<Uint8Array>>) {
  yield first;
  for (let part = await next(); !part.done; part = await next()) yield part.value;
}

/** Progress on standard error: one line that is rewritten on a terminal, else one every few seconds. */
function progressReport({ messages }: CommandContext) {
  const started = performance.now();
  let current: Readonly<ImportProgress> = { rows: 0, stored: 0, rejected: 0 };
  let shown = false;
  const text = () => {
    const seconds = Math.max(0.001, (performance.now() - started) / 1000);
    const rate = Math.round(current.rows / seconds);
    return `${current.rows} rows, ${current.stored} stored, ${current.rejected} rejected, ${rate} rows/s`;
  };
  const clear = () => {
    if (shown) messages.write("\r\u001b[K");
    shown = false;
  };
  const tick = () => {
    if (messages.isTTY) clear();
    messages.write(messages.isTTY ? text() : `${text()}\n`);
    shown = messages.isTTY === true;
  };
  const timer = setInterval(tick, messages.isTTY ? 250 : 5_000);
  return {
    update: (progress: Readonly<ImportProgress>) => {
      current = { ...progress };
    },
    note: (line: string) => {
      clear();
      messages.write(`${line}\n`);
    },
    end: (progress: Readonly<ImportProgress>) => {
      current = progress;
      clear();
      messages.write(`done: ${text()}\n`);
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}
