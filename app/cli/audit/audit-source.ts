import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { parseExportLine, type StoredRecord, storedRecord } from "../../audit/stored-record.ts";
import { linesOf } from "../../shared/lines.ts";
import { jetstreamManager, type NatsConnection } from "../../shared/nats.ts";
import { storedNow } from "../../shared/stored-messages.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";

const stream = "AUDIT";
/** More than a message of NATS can be, in its longest spelling. */
const lineLimit = 8 * 1024 * 1024;

/** Times of storage, in milliseconds since 1970. `to` itself is outside. */
export interface AuditRange {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Everything there is. */
export const wholeRange: AuditRange = { from: undefined, to: undefined };

/** When the first message of AUDIT was stored, if there were others before it, in milliseconds since 1970. */
export async function cutOf(connection: NatsConnection): Promise<number | undefined> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const { state } = await streams.info(stream);
  return state.first_seq > 1 ? Date.parse(state.first_ts) : undefined;
}

/**
 * What AUDIT holds now, in the order of storage; what comes meanwhile is left out.
 *
 * @param subject of those that are wanted; all when it is left out.
 */
export async function* storedRecords(
  connection: NatsConnection,
  { from, to }: AuditRange,
  subject?: string,
): AsyncGenerator<StoredRecord> {
  const start = from === undefined ? { sequence: 1 } : { since: from };
  try {
    const wanted = { from: start, ...(subject !== undefined && { filter: subject }) };
    for await (const message of storedNow(connection, stream, wanted)) {
      const record = storedRecord(message);
      if (to !== undefined && record.storedAt >= to) return;
      yield record;
    }
  } catch (error) {
    throw new OperatorError(
      `stream ${stream} cannot be read: ${sentenceOf(error)}; run sentinel doctor`,
    );
  }
}

/** The records of an export, gzipped or not; undefined for a line that is none. */
export async function* exportedRecords(path: string): AsyncGenerator<StoredRecord | undefined> {
  for await (const text of linesIn(path)) {
    yield text === undefined ? undefined : parseExportLine(text);
  }
}

/** The lines of a file, gzipped or not, but for empty ones; undefined for one that is too long. */
export async function* linesIn(path: string): AsyncGenerator<string | undefined> {
  const input = path.endsWith(".gz") ? unzipped(path) : createReadStream(path);
  const lines = linesOf(input, lineLimit);
  try {
    for await (const { text } of lines) {
      if (text !== "") yield text;
    }
  } catch (error) {
    throw new OperatorError(`cannot read ${path}: ${sentenceOf(error)}`);
  } finally {
    input.destroy();
  }
}

/** Ends with an error when the file does, or when it is cut off. */
function unzipped(path: string) {
  const gunzip = createGunzip();
  pipeline(createReadStream(path), gunzip, () => {});
  return gunzip;
}
