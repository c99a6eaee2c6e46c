import type { DeviceRecord } from "./device-record.ts";
import { deviceDigest } from "./record-digest.ts";
import type { RegistryChange } from "./registry-change.ts";

/** The record after a change, or what is left to say of one that was deleted. */
export type Changed =
  | DeviceRecord
  | { readonly deleted: Pick<DeviceRecord, "clientId" | "version"> };

/** What a change's own record tells of it. */
export function toldOf(
  changed: Changed,
): Pick<RegistryChange, "clientId" | "version"> & Partial<RegistryChange> {
  if ("deleted" in changed) return changed.deleted;
  const { clientId, version, changedAt: nowMs } = changed;
  return { clientId, version, nowMs, digest: deviceDigest(changed) };
}
