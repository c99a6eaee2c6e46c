import type { DeviceStatus } from "../contract/device.ts";
import { type DeviceItem, type DeviceRecord, readableAttributes } from "./device-record.ts";
import type { RegistryChangeKind } from "./registry-change.ts";
import { hashSecret, issueSecret, type SecretHash, sameSecret } from "./secret.ts";

/** Who changes something, and when, in milliseconds since 1970. */
export interface By {
  readonly actor: string;
  readonly nowMs: number;
}

/** The same of one device, as long as its record is as whoever changes it has seen it. */
export interface ConditionalBy extends By {
  /** Otherwise the change fails as `stale`. Left out, the record may be whatever it is. */
  readonly onlyIf?: ((record: DeviceRecord) => boolean) | undefined;
}

/** What is chosen about a device; the rest of its record is kept by the registry. */
export interface DeviceValues {
  readonly clientId: string;
  readonly status: DeviceStatus;
  readonly secret: SecretHash;
  readonly labels: readonly string[];
  readonly region?: string;
  /** Pins the device to one certificate. */
  readonly certificateFingerprint?: string;
}

/** One change of a record that exists. */
export type DeviceChange = { readonly kind: Exclude<RegistryChangeKind, "created" | "deleted"> } & (
  | { readonly kind: "replaced"; readonly values: DeviceValues }
  /** The secret that was current stays good for `overlapMs`; 0 ends it at once. */
  | { readonly kind: "rotated"; readonly secret: SecretHash; readonly overlapMs: number }
  | { readonly kind: "suspended" | "resumed" }
  /** Its sessions end. All that it may do stays: the record has a version more, which all are told of. */
  | { readonly kind: "disconnected" }
  /** With `force` also of an item that is not a record. */
  | { readonly kind: "revoked"; readonly force?: boolean }
  | { readonly kind: "labelled"; readonly labels: readonly string[] }
  | { readonly kind: "pinned"; readonly certificateFingerprint: string }
  | { readonly kind: "unpinned" }
);

export type ChangedRecord =
  | { readonly outcome: "changed"; readonly record: DeviceRecord }
  /** It is as the change wants it already. */
  | { readonly outcome: "unchanged"; readonly record: DeviceRecord }
  /** The device was revoked, which is final: only deletion makes its id free again. */
  | { readonly outcome: "refused"; readonly record: DeviceRecord };

export function newDevice(values: DeviceValues, by: By): DeviceRecord {
  return {
    ...values,
    createdAt: by.nowMs,
    changedAt: by.nowMs,
    changedBy: by.actor,
    version: 1,
  };
}

/**
 * What becomes of a damaged item that is revoked by force. Without a secret that can be read it gets
 * one that nobody knows; without a version, the time in milliseconds, which is more than any had: a
 * copy of the table in another region may still have the item as it was before it was damaged.
 */
export function revokedRecord(clientId: string, item: DeviceItem, by: By): DeviceRecord {
  const kept = readableAttributes(item);
  const { secretHash: hash, salt, region, certificateFingerprint } = kept;
  return {
    clientId,
    status: "revoked",
    secret: hash !== undefined && salt !== undefined ? { hash, salt } : hashSecret(issueSecret()),
    ...(region !== undefined && { region }),
    ...(certificateFingerprint !== undefined && { certificateFingerprint }),
    labels: kept.labels ?? [],
    createdAt: kept.createdAt ?? by.nowMs,
    changedAt: by.nowMs,
    changedBy: by.actor,
    version: (kept.version ?? by.nowMs) + 1,
  };
}

/** What becomes of a record by a change. */
export function changedRecord(before: DeviceRecord, change: DeviceChange, by: By): ChangedRecord {
  const after = applied(before, change, by);
  if (!after) return { outcome: "unchanged", record: before };
  if (before.status === "revoked" && change.kind !== "labelled") {
    return { outcome: "refused", record: before };
  }
  const record = {
    ...after,
    createdAt: before.createdAt,
    changedAt: by.nowMs,
    changedBy: by.actor,
    version: before.version + 1,
  };
  return { outcome: "changed", record };
}

/** Undefined when there is nothing to change. */
function applied(before: DeviceRecord, change: DeviceChange, by: By): DeviceRecord | undefined {
  const { previous: _, ...withoutPrevious } = before;
  switch (change.kind) {
    case "replaced":
      // The very hash can only be there when this replacement was made before.
      if (sameSecret(before.secret, change.values.secret)) return undefined;
      return newDevice(change.values, by);
    case "rotated": {
      const { secret, overlapMs } = change;
      if (overlapMs <= 0) return { ...withoutPrevious, secret };
      return {
        ...before,
        secret,
        previous: { ...before.secret, validUntil: by.nowMs + overlapMs },
      };
    }
    case "suspended":
      return before.status === "suspended" ? undefined : { ...before, status: "suspended" };
    case "resumed":
      return before.status === "active" ? undefined : { ...before, status: "active" };
    case "disconnected":
      return before;
    case "revoked":
      return before.status === "revoked" ? undefined : { ...withoutPrevious, status: "revoked" };
    case "labelled": {
      const same = change.labels.join() === before.labels.join();
      return same ? undefined : { ...before, labels: change.labels };
    }
    case "pinned": {
      const { certificateFingerprint } = change;
      const same = certificateFingerprint === before.certificateFingerprint;
      return same ? undefined : { ...before, certificateFingerprint };
    }
    case "unpinned": {
      const { certificateFingerprint: pinned, ...rest } = before;
      return pinned === undefined ? undefined : rest;
    }
  }
}
