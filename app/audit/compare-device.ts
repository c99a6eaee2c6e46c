import type { DeviceRecord } from "../registry/device-record.ts";
import { deviceDigest } from "../registry/record-digest.ts";
import type { AuditedDevice } from "./audited-devices.ts";

/** How a device's record in the table differs from what was audited. */
export interface Difference {
  readonly kind: "added" | "changed" | "deleted" | "untold";
  readonly text: string;
}

/** How far clocks may be apart. */
const toleranceMs = 60_000;

/**
 * @param record as the table has it now; undefined when it has none.
 * @param audited what the audited changes make of it; undefined when there are none.
 * @param completeSince how far back the audit goes: of a record that says it is older nothing can be
 *   told, and the kind is `untold`.
 */
export function compareDevice(
  record: DeviceRecord | undefined,
  audited: AuditedDevice | undefined,
  completeSince: number,
): Difference | undefined {
  if (!record) {
    if (!audited || audited.deleted) return undefined;
    const text = `is not in the table; the audit has version ${audited.version}`;
    return { kind: "deleted", text };
  }
  if (!audited || audited.deleted) {
    if (!audited && record.changedAt < completeSince + toleranceMs) {
      return { kind: "untold", text: "says that it was changed before the audit begins" };
    }
    const end = audited ? `was deleted as version ${audited.version}` : "never was registered";
    return {
      kind: "added",
      text: `is in the table as version ${record.version}; by the audit it ${end}`,
    };
  }
  if (record.version !== audited.version) {
    const text = `has version ${record.version} in the table, ${audited.version} in the audit`;
    return { kind: "changed", text };
  }
  if (audited.digest === undefined || audited.digest === deviceDigest(record)) return undefined;
  return { kind: "changed", text: `is another record than the audited version ${record.version}` };
}
