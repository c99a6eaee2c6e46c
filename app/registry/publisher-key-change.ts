import { endedKeyLimit, type PublisherKey, publisherKeyLimit } from "../contract/publisher-key.ts";
import { type BuriedKey, buriedKey, buriedKeyLimit, keyHashOf } from "./buried-key.ts";

/** All that is known of the keys of publishers. */
export interface AllKeys {
  readonly keys: readonly PublisherKey[];
  /** Those that ended long ago, without what nobody needs of them any more. */
  readonly buried: readonly BuriedKey[];
}

/** What is done to one key. */
export type KeyChange =
  | { readonly kind: "add"; readonly key: Omit<PublisherKey, "revokedAt"> }
  /** Alerts that were signed before `notAfter` still count. */
  | { readonly kind: "retire"; readonly keyId: string; readonly notAfter: number }
  /** Counts for nothing any more. */
  | { readonly kind: "revoke"; readonly keyId: string };

/** Why nothing was changed. */
export type KeyRefusal =
  | "exists"
  /** The same key is there under another id, where it may be revoked. */
  | "known-key"
  | "full"
  /** No more can be remembered, and none may be forgotten. */
  | "exhausted"
  | "unknown"
  /** It is buried: nothing that it signs counts, and it cannot come back. */
  | "ended"
  | "revoked"
  /** It was to end after the end that it has, or before it begins. */
  | "no-such-end"
  | "busy";

export type KeyChangeResult =
  | { readonly refused: KeyRefusal; readonly key?: never; readonly all?: never }
  | {
      readonly refused?: never;
      /** The one that was changed, as it is now. */
      readonly key: PublisherKey;
      readonly all: AllKeys;
    };

/** So long keys that count no more are kept whole, so that what was signed with them is told by its name. */
const keptMs = 90 * 86_400_000;

export const keyIdOf = (change: KeyChange): string =>
  change.kind === "add" ? change.key.keyId : change.keyId;

/** The keys as the change leaves them. */
export function keysAfter(all: AllKeys, change: KeyChange, nowMs: number): KeyChangeResult {
  if (change.kind === "add") return added(all, change.key, nowMs);
  const { keys, buried } = all;
  const before = keys.find(({ keyId }) => keyId === change.keyId);
  if (!before) return { refused: refusalOfNone(buried, change.keyId) };
  if (before.revokedAt !== undefined) return { refused: "revoked" };
  if (change.kind === "retire" && !mayEnd(before, change.notAfter)) {
    return { refused: "no-such-end" };
  }
  const key =
    change.kind === "retire"
      ? { ...before, notAfter: change.notAfter }
      : { ...before, revokedAt: nowMs };
  return { key, all: { keys: keys.map((each) => (each === before ? key : each)), buried } };
}

function refusalOfNone(buried: readonly BuriedKey[], keyId: string): KeyRefusal {
  const before = buried.find((each) => each.keyId === keyId);
  if (!before) return "unknown";
  return before.revoked ? "revoked" : "ended";
}

/** Sooner, never later: what has ended must not come back. */
const mayEnd = ({ notBefore, notAfter = Number.POSITIVE_INFINITY }: PublisherKey, end: number) =>
  end > notBefore && end <= notAfter;

function added({ keys, buried }: AllKeys, key: PublisherKey, nowMs: number): KeyChangeResult {
  if ([...keys, ...buried].some(({ keyId }) => keyId === key.keyId)) return { refused: "exists" };
  const hash = keyHashOf(key);
  const known = keys.some((each) => keyHashOf(each) === hash);
  if (known || buried.some((each) => each.hash === hash)) return { refused: "known-key" };
  const ended = keys.filter((each) => endOf(each) <= nowMs);
  if (keys.length - ended.length >= publisherKeyLimit) return { refused: "full" };
  const going = new Set(endedLongAgo(ended, nowMs));
  const all = {
    keys: [...keys.filter((each) => !going.has(each)), key],
    buried: [...buried, ...[...going].map((each) => buriedKey(each, endOf(each)))],
  };
  return all.buried.length > buriedKeyLimit ? { refused: "exhausted" } : { key, all };
}

/** Which are kept whole no more: what ended 90 days ago, and of very many those that ended first. */
function endedLongAgo(ended: readonly PublisherKey[], nowMs: number): readonly PublisherKey[] {
  const firstFirst = ended.toSorted((a, b) => endOf(a) - endOf(b));
  const tooMany = Math.max(0, ended.length - endedKeyLimit);
  return firstFirst.filter((each, n) => n < tooMany || endOf(each) + keptMs < nowMs);
}

/** When it was revoked, were its end before that: it is told as revoked for as long as others are. */
const endOf = ({ revokedAt, notAfter = Number.POSITIVE_INFINITY }: PublisherKey): number =>
  revokedAt ?? notAfter;
