import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { RowFormat, RowInput } from "../../registry/import/device-rows.ts";
import { sampleText } from "../../registry/import/plain-input.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";

/** What tells a file that was left alone from one that was not. */
export interface FileState {
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface ImportInput extends RowInput {
  readonly format: RowFormat;
  /** Undefined for what can be read only once, as a pipe. */
  readonly file: FileState | undefined;
  close(): Promise<void>;
}

export interface InputArguments {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly format: RowFormat | undefined;
}

const sampleBytes = 4_096;
const chunkBytes = 64 * 1024;

const formatOf = (sample: Uint8Array): RowFormat =>
  /^\s*[{[]/.test(sampleText(sample)) ? "jsonl" : "csv";

/** @throws OperatorError when it cannot be read or is empty. */
export async function openInput(options: InputArguments, stdin: Readable): Promise<ImportInput> {
  if (options.file === "-") return pipeInput(options, stdin);
  const handle = await open(options.file).catch((error) => unreadable(options.file, error));
  const stat = await handle.stat();
  if (!stat.isFile()) {
    // A directory fails when it is read; a named pipe must not be opened twice.
    const stream = createReadStream("", { fd: handle, autoClose: true });
    return pipeInput(options, stream);
  }
  return fileInput(options, handle, { bytes: stat.size, modifiedMs: stat.mtimeMs });
}

async function fileInput(
  { file: path, format }: InputArguments,
  handle: FileHandle,
  file: FileState,
): Promise<ImportInput> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
  if (bytesRead === 0) throw new OperatorError(`${path} is empty`);
  return {
    format: format ?? formatOf(buffer.subarray(0, bytesRead)),
    file,
    open: (from) => chunksOf(path, handle, from),
    close: () => handle.close(),
  };
}

/** By hand: a stream that is left early would close the file for the next one. */
async function* chunksOf(path: string, handle: FileHandle, from: number) {
  for (let at = from; ; ) {
    const { buffer, bytesRead } = await handle
      .read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at)
      .catch((error) => unreadable(path, error));
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function pipeInput({ file, format }: InputArguments, stream: Readable): Promise<ImportInput> {
  const chunks = readable(file, stream);
  const first = await chunks.next();
  if (first.done) throw new OperatorError(`${file} is empty`);
  return {
    format: format ?? formatOf(first.value),
    file: undefined,
    open: async function* () {
      yield first.value;
      yield* chunks;
    },
    close: async () => {
      stream.destroy();
    },
  };
}

async function* readable(path: string, stream: Readable): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): never {
  throw new OperatorError(`cannot read ${path}: ${sentenceOf(error)}`);
}
