import type { Lane } from "../../contract/lanes.ts";
import {
  allSendKey,
  memberKey,
  type PartitionEntry,
  partitionKey,
} from "../../contract/partitions.ts";
import {
  type JetStreamClient,
  type JetStreamManager,
  type Msg,
  messageHeaders,
  type NatsConnection,
} from "../../shared/nats.ts";
import { seeStream } from "../../shared/stream-sight.ts";
import { isWrongLastSequence } from "../../shared/wrong-last-sequence.ts";
import type { BucketReading, MemberEntry, StoredEntry } from "./lease-view.ts";

/** Somebody else changed the entry since the revision that we named. */
export class LeaseTaken extends Error {
  override readonly name = "LeaseTaken";
}

/** A reading of the bucket that did not come whole in time. */
export class BucketUnread extends Error {
  override readonly name = "BucketUnread";
}

export interface LeaseStore {
  /** All entries. They may be a little old, any replica may answer, but are of this very bucket. */
  readonly read: () => Promise<BucketReading>;
  /**
   * Compare-and-set of one partition's entry; 0 as revision means that there must be none yet.
   * Resolves with the new revision.
   *
   * @throws LeaseTaken when the revision is not the last. After any other error the entry may have
   * been written or not.
   */
  readonly write: (partition: number, entry: PartitionEntry, revision: number) => Promise<number>;
  readonly beat: (member: string, entry: MemberEntry) => Promise<void>;
  /** Notes that every inspector sends alerts itself; once. */
  readonly noteAllSend: () => Promise<void>;
}

type Bucket = Pick<Lane, "bucket">;
const subjectOf = ({ bucket }: Bucket, key: string) => `$KV.${bucket}.${key}`;
/** Shorter than the spare time of a lease, so that a slow answer leaves time for another try. */
export const timeoutMs = 700;
const endOfBatch = 204;
const nothingFound = 404;

export interface LeaseStoreAccess {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

export function createLeaseStore({ nats, js, jsm }: LeaseStoreAccess, lane: Bucket): LeaseStore {
  let noted = false;
  return {
    async read() {
      const entries = await readAll(nats, lane);
      // Afterwards, so that the leader knows of all of them.
      const sight = await seeStream(jsm, `KV_${lane.bucket}`);
      if (entries.every(({ revision }) => revision <= sight.lastSequence))
        return { sight, entries };
      throw new BucketUnread(`KV_${lane.bucket} gave an entry of a bucket before it`);
    },
    async write(partition, entry, revision) {
      const headers = messageHeaders();
      headers.set("Nats-Expected-Last-Subject-Sequence", String(revision));
      try {
        const subject = subjectOf(lane, partitionKey(partition));
        const ack = await js.publish(subject, JSON.stringify(entry), {
          headers,
          timeout: timeoutMs,
        });
        return ack.seq;
      } catch (cause) {
        if (!isWrongLastSequence(cause)) throw cause;
        throw new LeaseTaken(`partition ${partition} is past revision ${revision}`, { cause });
      }
    },
    async beat(member, entry) {
      const subject = subjectOf(lane, memberKey(member));
      await js.publish(subject, JSON.stringify(entry), { timeout: timeoutMs });
    },
    async noteAllSend() {
      if (noted) return;
      await js.publish(subjectOf(lane, allSendKey), "{}", { timeout: timeoutMs });
      noted = true;
    },
  };
}

async function readAll(connection: NatsConnection, lane: Bucket): Promise<readonly StoredEntry[]> {
  const stream = `KV_${lane.bucket}`;
  const subjectPrefix = subjectOf(lane, "");
  const request = JSON.stringify({ multi_last: [`${subjectPrefix}>`] });
  const answers = await connection.requestMany(`$JS.API.DIRECT.GET.${stream}`, request, {
    // The end is an empty message with a status; no entry of ours is empty.
    strategy: "sentinel",
    maxWait: timeoutMs,
  });
  const entries: StoredEntry[] = [];
  for await (const answer of answers) {
    const status = answer.headers?.code ?? 0;
    if (status === endOfBatch || status === nothingFound) return entries;
    if (status !== 0) {
      throw new BucketUnread(`${stream} answered ${status} ${answer.headers?.description}`);
    }
    entries.push(entryOf(answer, subjectPrefix));
  }
  throw new BucketUnread(`${stream} gave ${entries.length} entries and no end in ${timeoutMs} ms`);
}

function entryOf(answer: Msg, subjectPrefix: string): StoredEntry {
  return {
    key: (answer.headers?.get("Nats-Subject") ?? "").slice(subjectPrefix.length),
    revision: Number(answer.headers?.get("Nats-Sequence")),
    value: parseJson(answer.string()),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
