import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { payloadLimitBytes } from "../../contract/limits.ts";
import type { Origin } from "../../inspector/patterns/rule.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { parseSample, type Sample, SampleInvalid } from "./sample.ts";
import { splitLines } from "./split-lines.ts";

/** How a file holds samples: JSON objects, plain texts a line each, or one payload as it is. */
export const sampleForms = ["jsonl", "lines", "whole"] as const;
export type SampleForm = (typeof sampleForms)[number];

export interface ReadArguments {
  /** A file, a folder, or `-` for standard input. */
  readonly path: string;
  /** Undefined goes by the ending of the name. */
  readonly form: SampleForm | undefined;
  readonly origin: Origin;
}

/** A sample, or why there is none, and where. */
export interface ReadSample {
  readonly source: string;
  readonly line: number;
  readonly sample: Sample | SampleInvalid;
}

/** An escaped payload of the largest size is six times as long; ten times that is no sample. */
const lineLimit = 4 * 1024 * 1024;
const jsonEndings = /\.(jsonl|ndjson|json)$/;

/** @throws OperatorError when the path cannot be read. */
export async function* readSamples(
  { path, form, origin }: ReadArguments,
  stdin: Readable,
): AsyncGenerator<ReadSample> {
  if (path === "-") {
    yield* samplesIn({ source: "-", stream: stdin, form: form ?? "jsonl", origin });
    return;
  }
  const found = await stat(path).catch((error) => unreadable(path, error));
  if (!found.isDirectory()) {
    yield* samplesOfFile(path, { form: form ?? "jsonl", origin });
    return;
  }
  for (const name of await filesIn(path)) {
    const byName = jsonEndings.test(name) ? "jsonl" : "whole";
    yield* samplesOfFile(join(path, name), { form: form ?? byName, origin });
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) =>
    unreadable(folder, error),
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort();
}

interface FileForm {
  readonly form: SampleForm;
  readonly origin: Origin;
}

function samplesOfFile(path: string, how: FileForm): AsyncGenerator<ReadSample> {
  return samplesIn({ source: path, stream: createReadStream(path), ...how });
}

async function* samplesIn({
  source,
  stream,
  form,
  origin,
}: FileForm & { source: string; stream: Readable }): AsyncGenerator<ReadSample> {
  try {
    if (form === "whole") {
      const payload = await wholeOf(stream);
      const sample = payload ? plainSample(payload, origin) : tooLong();
      yield { source, line: 1, sample };
      return;
    }
    for await (const line of splitLines(stream, lineLimit)) {
      const { number } = line;
      if ("tooLong" in line) {
        yield { source, line: number, sample: tooLong() };
      } else if (line.bytes.length > 0) {
        yield { source, line: number, sample: sampleOf(line.bytes, { form, origin }) };
      }
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error) unreadable(source, error);
    throw error;
  }
}

const tooLong = () =>
  new SampleInvalid(`longer than ${lineLimit} bytes; a payload has ${payloadLimitBytes} at most`);

/** Undefined when it is too long to be kept. */
async function wholeOf(stream: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > lineLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sampleOf(bytes: Buffer, { form, origin }: FileForm): Sample | SampleInvalid {
  if (form === "lines") return plainSample(bytes, origin);
  try {
    return parseSample(bytes, origin);
  } catch (error) {
    if (error instanceof SampleInvalid) return error;
    throw error;
  }
}

const plainSample = (payload: Uint8Array, origin: Origin): Sample => ({
  ...{ payload, origin, topic: undefined, client: undefined, qos: undefined },
  ...{ label: undefined, id: undefined },
});

function unreadable(path: string, error: unknown): never {
  throw new OperatorError(`cannot read ${path}: ${sentenceOf(error)}`);
}
