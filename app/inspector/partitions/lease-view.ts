import {
  memberKey,
  type PartitionEntry,
  partitionIds,
  partitionKey,
} from "../../contract/partitions.ts";
import { continues, noMark, type StreamMark, type StreamSight } from "../../shared/stream-sight.ts";
import type { LogSight } from "./ingress-tail.ts";

/** An entry of the partition bucket as it was read. */
export interface StoredEntry {
  readonly key: string;
  readonly revision: number;
  readonly value: unknown;
}

/** The whole bucket, and which one it is. */
export interface BucketReading {
  readonly sight: StreamSight;
  readonly entries: readonly StoredEntry[];
}

interface Sighting {
  readonly revision: number;
  readonly value: unknown;
  /** When this revision was seen first, by our monotonic clock. */
  readonly sinceMs: number;
}

/** What a partition's entry says to one who might take it. */
export interface PartitionSight {
  /** 0: there is no entry yet. */
  readonly revision: number;
  readonly owner: string;
  /** How far it was read, and in which log. */
  readonly mark: StreamMark;
  /** Beyond it nothing was decided yet; undefined where that is not known, since it was not handed back. */
  readonly decidedUpTo: number | undefined;
  /** Nobody holds it: it was handed back, never taken, or its owner fell silent. */
  readonly claimable: boolean;
}

export interface LeaseView {
  /** Takes in one reading. False when the bucket is another: what was known of it is forgotten. */
  readonly observe: (reading: BucketReading, nowMs: number) => boolean;
  readonly partition: (partition: number, nowMs: number) => PartitionSight;
  /** What was read of it has proved wrong: the next reading counts, whatever its revision. */
  readonly forget: (partition: number) => void;
  /** Replicas whose heart beats, the one that asks always included. */
  readonly liveMembers: (self: string, nowMs: number) => readonly string[];
  /** Whether each of those says that it sends alerts itself. */
  readonly allSend: (nowMs: number) => boolean;
  /** Cursor of the slowest partition; undefined unless every partition has one in this very log. */
  readonly lowestCursor: (log: LogSight) => number | undefined;
}

const memberPrefix = memberKey("");

/**
 * Judges leases and heartbeats by watching them, never by a clock of somebody else: what did not
 * change its revision for `leaseMs` of our own monotonic clock is dead.
 *
 * Readings may come from a follower that lags, so an older revision than one already seen is
 * ignored. A reading that lags for long makes a lease look expired: the claim then fails, because
 * its compare-and-set names a revision that is no longer the last.
 */
export function createLeaseView(leaseMs: number): LeaseView {
  const sightings = new Map<string, Sighting>();
  const expired = (sighting: Sighting, nowMs: number) => nowMs - sighting.sinceMs >= leaseMs;
  const isLive = (sighting: Sighting, nowMs: number) =>
    Reflect.get(memberOf(sighting), "present") === true && !expired(sighting, nowMs);
  const membersSeen = () => [...sightings].filter(([key]) => key.startsWith(memberPrefix));
  let mark: StreamMark | undefined;
  /** Owners of before may go on until then, and have no entry any more that says so. */
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  return {
    observe({ sight, entries }, nowMs) {
      const same = mark === undefined || continues(mark, sight);
      if (!same) {
        sightings.clear();
        quietUntilMs = nowMs + leaseMs;
      }
      mark = { created: sight.created, sequence: sight.lastSequence, at: sight.at };
      for (const { key, revision, value } of entries) {
        if (revision <= (sightings.get(key)?.revision ?? 0)) continue;
        sightings.set(key, { revision, value, sinceMs: nowMs });
      }
      return same;
    },
    partition(partition, nowMs) {
      const sighting = sightings.get(partitionKey(partition));
      if (!sighting) {
        const claimable = nowMs >= quietUntilMs;
        return { revision: 0, owner: "", mark: noMark, decidedUpTo: undefined, claimable };
      }
      const { owner, decidedUpTo: told, ...mark } = readPartitionEntry(sighting.value);
      const decidedUpTo = owner === "" ? told : undefined;
      const claimable = owner === "" || expired(sighting, nowMs);
      return { revision: sighting.revision, owner, mark, decidedUpTo, claimable };
    },
    forget: (partition) => void sightings.delete(partitionKey(partition)),
    liveMembers(self, nowMs) {
      const others = membersSeen().flatMap(([key, sighting]) =>
        isLive(sighting, nowMs) ? key.slice(memberPrefix.length) : [],
      );
      return [...new Set([self, ...others])];
    },
    allSend(nowMs) {
      const live = membersSeen().filter(([, sighting]) => isLive(sighting, nowMs));
      const sends = (sighting: Sighting) => Reflect.get(memberOf(sighting), "sends") === true;
      return live.length > 0 && live.every(([, sighting]) => sends(sighting));
    },
    lowestCursor(log) {
      const ids = partitionIds(log.partitions);
      const cursors = ids.flatMap((partition) => {
        const entry = readPartitionEntry(sightings.get(partitionKey(partition))?.value);
        return continues(entry, log) ? entry.sequence : [];
      });
      return cursors.length === ids.length ? Math.min(...cursors) : undefined;
    },
  };
}

/** An entry that cannot be read counts as free and unread: repeating is safe, skipping is not. */
function readPartitionEntry(value: unknown): PartitionEntry {
  if (typeof value !== "object" || value === null) return { owner: "", ...noMark };
  const entry = value as Partial<Record<keyof PartitionEntry, unknown>>;
  const { owner, sequence, created, at, decidedUpTo } = entry;
  return {
    owner: typeof owner === "string" ? owner : "",
    sequence: isSequence(sequence) ? sequence : 0,
    ...(isSequence(decidedUpTo) && { decidedUpTo }),
    created: typeof created === "string" ? created : "",
    at: typeof at === "number" ? at : 0,
  };
}

const isSequence = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value);

/** What a replica writes under its member key with each heartbeat. */
export interface MemberEntry {
  /** False in the last one: the replica leaves, and need not be waited for. */
  readonly present: boolean;
  /** That it sends alerts to devices itself, as those before did not. */
  readonly sends: true;
}

const memberOf = ({ value }: Sighting): object =>
  typeof value === "object" && value !== null ? value : {};
