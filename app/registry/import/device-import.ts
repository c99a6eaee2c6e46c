import { chunksOf } from "../batches.ts";
import type { BulkOptions } from "../bulk-write.ts";
import { readBatchSize } from "../device-batch.ts";
import type { DeviceRecord } from "../device-record.ts";
import type { DeviceRegistry } from "../device-registry.ts";
import type { By, DeviceValues } from "../record-changes.ts";
import { hashSecret, issueSecret, sameSecret } from "../secret.ts";
import type { DeviceRow, ReadRow, RowPosition } from "./device-rows.ts";
import { RegistryBusy } from "./import-errors.ts";

/** A secret that a device is about to get. */
export interface PlannedSecret {
  readonly clientId: string;
  /** Undefined when the row has brought it: then it need not be told to anybody. */
  readonly issued: string | undefined;
  /** In base64. */
  readonly salt: string;
}

export interface RejectedRow {
  readonly line: number;
  /** Undefined when not even that could be read. */
  readonly clientId: string | undefined;
  readonly reason: string;
}

/** How far an import is. */
export interface ImportProgress {
  readonly rows: number;
  readonly stored: number;
  readonly rejected: number;
  readonly position: RowPosition;
}

export const importStart: ImportProgress = {
  rows: 0,
  stored: 0,
  rejected: 0,
  position: { line: 0, end: 0 },
};

export interface SliceResult {
  readonly stored: readonly PlannedSecret[];
  readonly rejected: readonly RejectedRow[];
  /** After the slice. */
  readonly progress: ImportProgress;
}

type Planned = ReadonlyMap<string, PlannedSecret>;

/** Where the secrets and the rejected rows of an import go. */
export interface ImportOutputs {
  /** What an import that died had planned for the slice that it had begun. */
  readonly planned: Planned;
  /** Before the devices of a slice are written. */
  begin(planned: readonly PlannedSecret[]): Promise<void>;
  /** After that. */
  commit(result: SliceResult): Promise<void>;
}

export interface ImportOptions {
  /** From after `start`'s position on. */
  readonly rows: AsyncIterable<ReadRow>;
  readonly start: ImportProgress;
  readonly registry: Pick<DeviceRegistry, "getMany" | "createMany" | "replaceMany">;
  /** Existing devices get the row's values; otherwise their rows are rejected. */
  readonly replace: boolean;
  /** When the import began, however often it was interrupted. */
  readonly startedAt: number;
  readonly by: () => By;
  readonly outputs: ImportOutputs;
  readonly bulk: BulkOptions;
  readonly onProgress: (progress: ImportProgress) => void;
}

type NumberedRow = DeviceRow & RowPosition;

/** What is read, looked up and written together: the rows in memory, whatever the input's length. */
interface Slice {
  readonly rows: Map<string, NumberedRow>;
  readonly rejected: RejectedRow[];
  size: number;
  end: RowPosition;
}

/** Part of a checkpoint's meaning: an interrupted slice must be read again as it was. */
const sliceSize = 1_000;

/**
 * Registers the devices of a table of rows. Slices are worked on one after the other, so that an
 * id that comes again in a later slice is seen to exist.
 */
export async function importDevices(options: ImportOptions): Promise<ImportProgress> {
  let progress = options.start;
  // Only of the first slice: an id that comes again later is a repetition there.
  let before = options.outputs.planned;
  for await (const slice of slices(options.rows)) {
    const { planned, stored } = await storeSlice(slice, before, options);
    before = new Map();
    const rejected = slice.rejected.toSorted((a, b) => a.line - b.line);
    progress = {
      rows: progress.rows + slice.size,
      stored: progress.stored + stored.size,
      rejected: progress.rejected + rejected.length,
      position: slice.end,
    };
    const told = planned.filter(({ clientId }) => stored.has(clientId));
    await options.outputs.commit({ stored: told, rejected, progress });
    options.onProgress(progress);
  }
  return progress;
}

async function* slices(rows: AsyncIterable<ReadRow>): AsyncGenerator<Slice> {
  const empty = (): Slice => ({ rows: new Map(), rejected: [], size: 0, end: { line: 0, end: 0 } });
  let slice = empty();
  for await (const { row, reason, line, end } of rows) {
    slice.size++;
    slice.end = { line, end };
    const earlier = row && slice.rows.get(row.clientId);
    if (!row) slice.rejected.push({ line, clientId: undefined, reason });
    else if (earlier) {
      const repeats = `it repeats the client_id of line ${earlier.line}`;
      slice.rejected.push({ line, clientId: row.clientId, reason: repeats });
    } else slice.rows.set(row.clientId, { ...row, line, end });
    if (slice.size < sliceSize) continue;
    yield slice;
    slice = empty();
  }
  if (slice.size > 0) yield slice;
}

const refusals = {
  exists: "the device exists already; use --replace to overwrite it",
  touched: "the device was changed since this import began, perhaps by an earlier line",
  unreadable: "the table's item of it is not a device record; delete it by force",
  unknown: "the device was deleted while it was being replaced; import the row again",
  refused: "the device was revoked, which is final; delete it to register the id anew",
};

interface PlannedDevice {
  readonly values: DeviceValues;
  readonly planned: PlannedSecret;
  readonly create: boolean;
}

async function storeSlice(slice: Slice, before: Planned, options: ImportOptions) {
  const { registry, outputs, by, bulk } = options;
  const reject = (clientId: string, reason: string) => {
    const line = slice.rows.get(clientId)?.line ?? 0;
    slice.rejected.push({ line, clientId, reason });
  };
  const existing = await readExisting([...slice.rows.keys()], registry);
  const devices: PlannedDevice[] = [];
  for (const row of slice.rows.values()) {
    const known = { existing: existing.get(row.clientId), before: before.get(row.clientId) };
    const plan = planFor(row, known, options);
    if (typeof plan === "string") reject(row.clientId, refusals[plan]);
    else devices.push(plan);
  }
  const planned = devices.map((device) => device.planned);
  await outputs.begin(planned);
  const valuesOf = (create: boolean) =>
    devices.flatMap((device) => (device.create === create ? device.values : []));
  const [fresh, known] = [valuesOf(true), valuesOf(false)];
  const outcomes = [
    ...(fresh.length > 0 ? await registry.createMany(fresh, by(), bulk) : []),
    ...(known.length > 0 ? await registry.replaceMany(known, by(), bulk) : []),
  ];
  const stored = new Set<string>();
  for (const [clientId, outcome] of outcomes) {
    if (outcome === "done") stored.add(clientId);
    else reject(clientId, refusals[outcome]);
  }
  return { planned, stored };
}

type Existing = DeviceRecord | "unreadable" | undefined;

/** What is to be stored for a row, or why nothing is. */
function planFor(
  row: NumberedRow,
  { existing, before }: { existing: Existing; before: PlannedSecret | undefined },
  { replace, startedAt }: ImportOptions,
): PlannedDevice | keyof typeof refusals {
  const { clientId, status, labels, region, certificateFingerprint } = row;
  const issued = row.secret === undefined ? (before?.issued ?? issueSecret()) : undefined;
  const secret = hashSecret(row.secret ?? issued ?? "", before?.salt);
  const planned = { clientId, issued, salt: secret.salt };
  const values = {
    ...{ clientId, status, secret, labels },
    ...(region !== undefined && { region }),
    ...(certificateFingerprint !== undefined && { certificateFingerprint }),
  };
  if (existing === undefined) return { values, planned, create: true };
  if (existing === "unreadable") return "unreadable";
  if (sameSecret(existing.secret, secret)) {
    // Written by this import before it was interrupted: written again, it is only told of.
    return { values, planned, create: existing.version === 1 };
  }
  if (!replace) return "exists";
  if (existing.status === "revoked") return "refused";
  if (existing.changedAt >= startedAt) return "touched";
  return { values, planned, create: false };
}

async function readExisting(
  ids: readonly string[],
  registry: Pick<DeviceRegistry, "getMany">,
): Promise<Map<string, Existing>> {
  const batches = await Promise.all(
    chunksOf(ids, readBatchSize).map((chunk) => registry.getMany(chunk)),
  );
  const existing = new Map<string, Existing>();
  for (const batch of batches) {
    if (batch.unread.length > 0) {
      throw new RegistryBusy();
    }
    for (const [id, record] of batch.found) existing.set(id, record);
    for (const { clientId } of batch.unreadable) existing.set(clientId, "unreadable");
  }
  return existing;
}
