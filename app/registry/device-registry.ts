import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { deviceTableKey } from "../contract/device.ts";
import { inParallel } from "./batches.ts";
import type { BulkOptions, BulkOutcome, BulkResult } from "./bulk-write.ts";
import { type DeviceBatch, readDevices } from "./device-batch.ts";
import { keyName, keyOf } from "./device-key.ts";
import {
  type DeviceFilter,
  type DevicePage,
  devicePage,
  devicesOf,
  type PageOptions,
  pageScan,
} from "./device-page.ts";
import type { DeviceRecord, ParsedItem } from "./device-record.ts";
import {
  type ChangeResult,
  changeDevice,
  createDevice,
  type DeleteResult,
  deleteDevice,
  overwriteDevices,
  readDevice,
  type Table,
} from "./device-writes.ts";
import { PublisherKeys } from "./publisher-keys.ts";
import type { By, ConditionalBy, DeviceChange, DeviceValues } from "./record-changes.ts";
import {
  type ChangeIntent,
  type ChangeJournal,
  noJournal,
  type RegistryChangeKind,
} from "./registry-change.ts";
import { DeviceConflict } from "./registry-errors.ts";
import type { SecretHash } from "./secret.ts";
import { type Changed, toldOf } from "./told-of-change.ts";

export interface RegistryOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Reads by id see every write that was acknowledged before: twice the price, not for logins. */
  readonly consistent?: boolean;
  /** How often a batch is sent again for what was left unprocessed, and the first pause. */
  readonly batch?: { readonly attempts: number; readonly firstPauseMs: number };
  /** Every change goes through it. Left out only where nobody has to answer for changes. */
  readonly journal?: ChangeJournal;
}

const unforced = { force: false };

/**
 * The device table. Every method rejects with the SDK's error when DynamoDB cannot be reached or
 * refuses. No write is lost to another: each holds only for the record that was read before it.
 */
export class DeviceRegistry {
  readonly publisherKeys: PublisherKeys;
  readonly #table: Table;
  readonly #consistent: boolean;
  readonly #batch: { readonly attempts: number; readonly firstPauseMs: number };
  readonly #journal: ChangeJournal;

  constructor(options: RegistryOptions) {
    this.#table = { client: options.client, table: options.table };
    this.publisherKeys = new PublisherKeys(this.#table);
    this.#consistent = options.consistent ?? false;
    this.#batch = options.batch ?? { attempts: 8, firstPauseMs: 50 };
    this.#journal = options.journal ?? noJournal;
  }

  /** @param name a client id, or the name of another key: see `keyName`. */
  async get(name: string): Promise<ParsedItem | undefined> {
    const key = keyOf(name);
    return key === undefined ? undefined : readDevice(this.#table, key, this.#consistent);
  }

  /** One read of at most 100 different ids. */
  getMany(clientIds: readonly string[]): Promise<DeviceBatch> {
    return readDevices(this.#table, clientIds, { consistent: this.#consistent, ...this.#batch });
  }

  /**
   * One page of a scan, in no particular order. With a filter it may be empty without being the
   * last. Never consistent: what was written a moment ago may be missing, at half the load.
   *
   * @throws InvalidPageToken
   */
  async page(filter: DeviceFilter = {}, options: PageOptions = {}): Promise<DevicePage> {
    const { client, table } = this.#table;
    const scan = new ScanCommand({ TableName: table, ...pageScan(filter, options) });
    const reply = await client.send(scan);
    const items = devicesOf(reply.Items);
    const lastKey = reply.LastEvaluatedKey?.[deviceTableKey]?.S;
    const scanned = reply.ScannedCount ?? 0;
    const readUnits = reply.ConsumedCapacity?.CapacityUnits ?? 0;
    return devicePage({ items, scanned, readUnits, lastKey }, options.limit);
  }

  /** All pages from `after` on, each read when it is asked for. */
  async *pages(filter: DeviceFilter = {}, after?: string): AsyncGenerator<DevicePage> {
    for (let next = after, first = true; first || next !== undefined; first = false) {
      const page = await this.page(filter, { after: next });
      yield page;
      next = page.next;
    }
  }

  /** @throws DeviceConflict `exists` when the id is taken, `reserved` when it is no device's. */
  create(values: DeviceValues, by: By): Promise<DeviceRecord> {
    const intent = { kind: "created", clientIds: [values.clientId] } as const;
    return this.#journaled(intent, by, async (done) => {
      const record = await createDevice(this.#table, values, by);
      done(record);
      return record;
    });
  }

  /** Up to 1,000 at once, announced as one change. */
  createMany(devices: readonly DeviceValues[], by: By, options: BulkOptions): Promise<BulkResult> {
    return this.#bulk("created", devices, { by, ...options }, async (values) => {
      try {
        return { outcome: "changed", record: await createDevice(this.#table, values, by) };
      } catch (error) {
        if (!(error instanceof DeviceConflict && error.code === "exists")) throw error;
        return { outcome: "exists" };
      }
    });
  }

  /** Gives existing devices all values anew, secrets included. Ages and versions go on. */
  replaceMany(devices: readonly DeviceValues[], by: By, options: BulkOptions): Promise<BulkResult> {
    return this.#bulk("replaced", devices, { by, ...options }, (values) =>
      changeDevice(this.#table, values.clientId, { kind: "replaced", values }, by),
    );
  }

  /** Gives a new secret; the one that was current stays good for `overlapMs`. */
  rotate(
    clientId: string,
    rotation: { readonly secret: SecretHash; readonly overlapMs: number },
    by: ConditionalBy,
  ): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "rotated", ...rotation }, by);
  }

  suspend(clientId: string, by: ConditionalBy): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "suspended" }, by);
  }

  resume(clientId: string, by: ConditionalBy): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "resumed" }, by);
  }

  /** Ends a device's sessions in every region; it may connect again at once. */
  disconnect(clientId: string, by: ConditionalBy): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "disconnected" }, by);
  }

  /**
   * Ends a device's right to connect, for good. With `force` also where the item is damaged: it
   * becomes a record again, of what can be read of it.
   *
   * @param name a client id, or the name of another key.
   */
  async revoke(name: string, by: ConditionalBy, { force } = unforced): Promise<ChangeResult> {
    const key = keyOf(name);
    if (key === undefined) return { outcome: "unknown" };
    return this.#change(key, { kind: "revoked", force }, by);
  }

  setLabels(clientId: string, labels: readonly string[], by: ConditionalBy): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "labelled", labels }, by);
  }

  /** Where devices use certificates, leaves the device only this one of those issued for it. */
  pin(clientId: string, certificateFingerprint: string, by: ConditionalBy): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "pinned", certificateFingerprint }, by);
  }

  unpin(clientId: string, by: ConditionalBy): Promise<ChangeResult> {
    return this.#change(clientId, { kind: "unpinned" }, by);
  }

  /**
   * Makes a revoked device's id free; with `force` any device's, and that of a damaged item.
   *
   * @param name a client id, or the name of another key.
   */
  async delete(name: string, by: ConditionalBy, { force } = unforced): Promise<DeleteResult> {
    const key = keyOf(name);
    if (key === undefined) return { outcome: "unknown" };
    return this.#journaled({ kind: "deleted", clientIds: [name], force }, by, async (done) => {
      const result = await deleteDevice(this.#table, key, { ...by, force });
      if (result.outcome === "deleted") {
        done({ deleted: { clientId: name, version: result.version } });
      }
      return result;
    });
  }

  /**
   * Writes records over whatever is there, without a trace: batch writes know no conditions. For
   * tables that are filled from nothing, such as an emulator's.
   *
   * @returns the ids that DynamoDB did not accept after all attempts.
   */
  overwriteMany(records: readonly DeviceRecord[]): Promise<string[]> {
    return overwriteDevices(this.#table, records, this.#batch);
  }

  #change(clientId: string, change: DeviceChange, by: ConditionalBy): Promise<ChangeResult> {
    const name = keyName(clientId);
    const force = change.kind === "revoked" && change.force === true;
    return this.#journaled({ kind: change.kind, clientIds: [name], force }, by, async (done) => {
      const result = await changeDevice(this.#table, clientId, change, by);
      if (result.outcome === "changed") done({ ...result.record, clientId: name });
      return result;
    });
  }

  #bulk(
    kind: RegistryChangeKind,
    devices: readonly DeviceValues[],
    { by, width, pace }: BulkOptions & { by: By },
    write: (values: DeviceValues) => Promise<ChangeResult | { readonly outcome: "exists" }>,
  ): Promise<BulkResult> {
    const clientIds = devices.map((device) => device.clientId);
    return this.#journaled({ kind, clientIds }, by, async (done) => {
      const outcomes = new Map<string, BulkOutcome>();
      await inParallel(devices, width, async (values) => {
        await pace();
        const result = await write(values);
        // Unchanged is what an earlier attempt at the same write has left, which may have died
        // before it could tell.
        const taken = result.outcome === "changed" || result.outcome === "unchanged";
        if (taken) done(result.record);
        outcomes.set(values.clientId, taken ? "done" : result.outcome);
      });
      return outcomes;
    });
  }

  #journaled<T>(
    { kind, clientIds, force = false }: Omit<ChangeIntent, "actor">,
    { actor, nowMs }: By,
    write: (done: (changed: Changed) => void) => Promise<T>,
  ): Promise<T> {
    const forced = force ? { force } : {};
    return this.#journal.change({ kind, clientIds, actor, ...forced }, (tell) =>
      write((changed) => tell({ kind, actor, nowMs, ...toldOf(changed), ...forced })),
    );
  }
}
