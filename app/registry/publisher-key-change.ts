import { type PublisherKey, publisherKeyLimit } from "../contract/publisher-key.ts";

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
  | "unknown"
  | "revoked"
  /** It was to end after the end that it has, or before it begins. */
  | "no-such-end"
  | "busy";

export type KeyChangeResult =
  | { readonly refused: KeyRefusal; readonly key?: never; readonly keys?: never }
  | {
      readonly refused?: never;
      /** The one that was changed, as it is now. */
      readonly key: PublisherKey;
      readonly keys: readonly PublisherKey[];
    };

/** So long keys that count no more are kept, so that what was signed with them is told by its name. */
const keptMs = 90 * 86_400_000;

export const keyIdOf = (change: KeyChange): string =>
  change.kind === "add" ? change.key.keyId : change.keyId;

/** The keys as the change leaves them. */
export function keysAfter(
  keys: readonly PublisherKey[],
  change: KeyChange,
  nowMs: number,
): KeyChangeResult {
  if (change.kind === "add") return added(keys, change.key, nowMs);
  const before = keys.find(({ keyId }) => keyId === change.keyId);
  if (!before) return { refused: "unknown" };
  if (before.revokedAt !== undefined) return { refused: "revoked" };
  if (change.kind === "retire" && !mayEnd(before, change.notAfter)) {
    return { refused: "no-such-end" };
  }
  const key =
    change.kind === "retire"
      ? { ...before, notAfter: change.notAfter }
      : { ...before, revokedAt: nowMs };
  return { key, keys: keys.map((each) => (each === before ? key : each)) };
}

/** Sooner, never later: what has ended must not come back. */
const mayEnd = ({ notBefore, notAfter = Number.POSITIVE_INFINITY }: PublisherKey, end: number) =>
  end > notBefore && end <= notAfter;

function added(keys: readonly PublisherKey[], key: PublisherKey, nowMs: number): KeyChangeResult {
  if (keys.some(({ keyId }) => keyId === key.keyId)) return { refused: "exists" };
  if (keys.some(({ publicKey }) => publicKey === key.publicKey)) return { refused: "known-key" };
  const kept = keys.filter((each) => (endOf(each) ?? nowMs) + keptMs >= nowMs);
  if (kept.length >= publisherKeyLimit) return { refused: "full" };
  return { key, keys: [...kept, key] };
}

function endOf({ revokedAt, notAfter }: PublisherKey): number | undefined {
  const ends = [revokedAt, notAfter].filter((each) => each !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
