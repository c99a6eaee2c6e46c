import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { placeOf } from "../../audit/archive/archive-name.ts";
import { createS3Client, S3Archive } from "../../audit/archive/s3-archive.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { archiveShape, settingsFrom, type Variables } from "../operator-settings.ts";
import type { AuditRange } from "./audit-source.ts";

/** A region's archive, or a copy of it, to read. */
export interface ArchiveSource {
  /** Sorted, which is the order of the records. */
  names(): AsyncIterable<string>;
  read(name: string): Promise<Uint8Array>;
  close(): void;
}

/** @param place `s3://<bucket>/<region>`, or a folder into which that was copied. */
export function archiveAt(place: string, variables: Variables): ArchiveSource {
  return place.startsWith("s3://") ? bucket(place, variables) : folder(place);
}

function bucket(url: string, variables: Variables): ArchiveSource {
  const [, name = "", region = ""] =
    /^s3:\/\/([a-z0-9.-]{3,63})\/([a-z0-9-]{1,40})\/?$/.exec(url) ?? [];
  if (region === "") {
    throw new OperatorError(`${url} must be s3://<bucket>/<region>, such as s3://archive/us-east`);
  }
  const settings = settingsFrom(archiveShape, variables);
  const client: S3Client = createS3Client({
    ...{ region: settings.AWS_REGION, endpoint: settings.S3_ENDPOINT },
    ...{ attemptMs: 30_000, attempts: 3 },
  });
  const archive = new S3Archive(client, name);
  const failed =
    (what: string) =>
    (error: unknown): never => {
      throw new OperatorError(`cannot read ${what}: ${sentenceOf(error)}`, { cause: error });
    };
  return {
    async *names() {
      try {
        yield* archive.names(`${region}/`);
      } catch (error) {
        failed(url)(error);
      }
    },
    read: (object) => archive.read(object).catch(failed(`s3://${name}/${object}`)),
    close: () => client.destroy(),
  };
}

function folder(path: string): ArchiveSource {
  return {
    async *names() {
      const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(
        (error) => {
          throw new OperatorError(`cannot read ${path}: ${sentenceOf(error)}`);
        },
      );
      const files = entries.filter((entry) => !entry.isDirectory());
      yield* files.map((entry) => relative(path, join(entry.parentPath, entry.name))).sort();
    },
    read: (name) =>
      readFile(join(path, name)).catch((error) => {
        throw new OperatorError(`cannot read ${join(path, name)}: ${sentenceOf(error)}`);
      }),
    close: () => {},
  };
}

/** The names of objects with records of a range; what the archive names otherwise is kept. */
export async function* namesWithin(
  names: AsyncIterable<string>,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: AuditRange,
): AsyncGenerator<string> {
  let waiting: string | undefined;
  for await (const name of names) {
    const place = placeOf(name);
    if (!place) {
      yield name;
      continue;
    }
    // Its records end where the next object begins.
    if (waiting !== undefined && place.storedAt > from) yield waiting;
    waiting = place.storedAt < to ? name : undefined;
  }
  if (waiting !== undefined) yield waiting;
}
