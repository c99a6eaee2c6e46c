import { chunksOf } from "../../registry/batches.ts";
import type { DeviceRecord } from "../../registry/device-record.ts";
import { type DeviceRegistry, readBatchSize } from "../../registry/device-registry.ts";
import { hashSecret, issueSecret } from "../../registry/secret.ts";
import { OperatorError } from "../operator-error.ts";
import type { DeviceRow, ReadRow } from "./device-rows.ts";

export interface IssuedSecret {
  readonly clientId: string;
  readonly secret: string;
}

export interface RejectedRow {
  readonly line: number;
  /** Undefined when not even that could be read. */
  readonly clientId: string | undefined;
  readonly reason: string;
}

/** How far an import is. */
export interface ImportProgress {
  rows: number;
  stored: number;
  rejected: number;
}

export interface ImportOptions {
  readonly rows: AsyncIterable<ReadRow>;
  readonly registry: Pick<DeviceRegistry, "getMany" | "overwriteMany">;
  /** Existing devices get the row's values; otherwise their rows are rejected. */
  readonly replace: boolean;
  readonly now: () => number;
  /** Called before the devices are stored: a secret must not exist in the table alone. */
  readonly onIssued: (secrets: readonly IssuedSecret[]) => Promise<void>;
  readonly onRejected: (row: RejectedRow) => Promise<void>;
  readonly onProgress: (progress: Readonly<ImportProgress>) => void;
}

interface NumberedRow extends DeviceRow {
  readonly line: number;
}

/** Rows looked up and written together: what is held in memory, whatever the input's length. */
const sliceSize = 1_000;

/**
 * Registers the devices of a table of rows. Slices are worked on one after the other, so that an
 * id that comes again in a later slice is seen to exist.
 */
export async function importDevices(options: ImportOptions): Promise<ImportProgress> {
  const progress: ImportProgress = { rows: 0, stored: 0, rejected: 0 };
  const reject = async (row: RejectedRow) => {
    progress.rejected++;
    await options.onRejected(row);
  };
  const slice = new Map<string, NumberedRow>();
  for await (const { line, row, reason } of options.rows) {
    progress.rows++;
    if (!row) {
      await reject({ line, clientId: undefined, reason });
      continue;
    }
    const earlier = slice.get(row.clientId);
    if (earlier) {
      const repeats = `it repeats the client_id of line ${earlier.line}`;
      await reject({ line, clientId: row.clientId, reason: repeats });
      continue;
    }
    slice.set(row.clientId, { ...row, line });
    if (slice.size < sliceSize) continue;
    progress.stored += await storeSlice([...slice.values()], options, reject);
    slice.clear();
    options.onProgress(progress);
  }
  if (slice.size > 0) progress.stored += await storeSlice([...slice.values()], options, reject);
  options.onProgress(progress);
  return progress;
}

async function storeSlice(
  rows: readonly NumberedRow[],
  options: ImportOptions,
  reject: (row: RejectedRow) => Promise<void>,
): Promise<number> {
  const existing = await readExisting(rows, options.registry);
  const issued: IssuedSecret[] = [];
  const records = new Map<string, DeviceRecord>();
  for (const row of rows) {
    const before = existing.get(row.clientId);
    if (before !== undefined && !options.replace) {
      const reason = "the device exists already; use --replace to overwrite it";
      await reject({ line: row.line, clientId: row.clientId, reason });
      continue;
    }
    const secret = row.secret ?? issueSecret();
    if (row.secret === undefined) issued.push({ clientId: row.clientId, secret });
    records.set(row.clientId, recordOf(row, { secret, before, now: options.now() }));
  }
  if (issued.length > 0) await options.onIssued(issued);
  const left = new Set(await options.registry.overwriteMany([...records.values()]));
  for (const row of rows) {
    if (!left.has(row.clientId)) continue;
    const reason = "DynamoDB did not take it after several attempts; import the row again";
    await reject({ line: row.line, clientId: row.clientId, reason });
  }
  return records.size - left.size;
}

type Before = DeviceRecord | "unreadable" | undefined;

function recordOf(
  row: DeviceRow,
  context: { secret: string; before: Before; now: number },
): DeviceRecord {
  const before = typeof context.before === "object" ? context.before : undefined;
  return {
    clientId: row.clientId,
    status: row.status,
    secret: hashSecret(context.secret),
    labels: row.labels,
    createdAt: before?.createdAt ?? context.now,
    changedAt: context.now,
    version: (before?.version ?? 0) + 1,
  };
}

async function readExisting(
  rows: readonly DeviceRow[],
  registry: Pick<DeviceRegistry, "getMany">,
): Promise<Map<string, Before>> {
  const ids = rows.map((row) => row.clientId);
  const batches = await Promise.all(
    chunksOf(ids, readBatchSize).map((chunk) => registry.getMany(chunk)),
  );
  const existing = new Map<string, Before>();
  for (const batch of batches) {
    if (batch.unread.length > 0) {
      throw new OperatorError("DynamoDB is too busy to look devices up; import the rest later");
    }
    for (const [id, record] of batch.found) existing.set(id, record);
    for (const { clientId } of batch.unreadable) existing.set(clientId, "unreadable");
  }
  return existing;
}
