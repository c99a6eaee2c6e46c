/** What can happen to a device's record. */
export const registryChangeKinds = [
  "created",
  "replaced",
  "rotated",
  "suspended",
  "resumed",
  "revoked",
  "deleted",
  "labelled",
  "pinned",
  "unpinned",
  "disconnected",
] as const;
export type RegistryChangeKind = (typeof registryChangeKinds)[number];

/** One change of one device's record, told once the table has taken it. Never carries a secret. */
export interface RegistryChange {
  readonly kind: RegistryChangeKind;
  /** Of an item whose key is no client id, the name of that key. */
  readonly clientId: string;
  /** The record's version after the change; of a deleted record, the one that was deleted. */
  readonly version: number;
  /** Digest of the record after the change: see `deviceDigest`. A deleted one has none. */
  readonly digest?: string | undefined;
  /** Who did it. */
  readonly actor: string;
  /** When, in milliseconds since 1970: the same as the record's `changedAt`. */
  readonly nowMs: number;
  /** It was to be made whatever the table holds. */
  readonly force?: boolean;
}

/** What somebody is about to do, before anything is done. */
export interface ChangeIntent {
  readonly kind: RegistryChangeKind;
  /** At most 1,000. */
  readonly clientIds: readonly string[];
  readonly actor: string;
  /** It is to be made whatever the table holds. */
  readonly force?: boolean;
}

/** Keeps account of changes, in such a way that none can happen without a trace. */
export interface ChangeJournal {
  /**
   * Announces the change, then lets `write` make it. Rejects before `write` is called when the
   * announcement cannot be stored, and with what `write` rejects with.
   *
   * @param write calls `done` for each change that the table has taken.
   */
  change<T>(
    intent: ChangeIntent,
    write: (done: (change: RegistryChange) => void) => Promise<T>,
  ): Promise<T>;
}

/** Of tables that nobody answers for: emulators, tests. */
export const noJournal: ChangeJournal = { change: (_, write) => write(() => {}) };
