import { keyName } from "./device-key.ts";
import type { DeviceRecord } from "./device-record.ts";

/** A time as people and other programs read it, to the second. */
export const timeText = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** What anybody may know of a device, its times as text. Never a secret, not even a hash of one. */
export function deviceView(record: DeviceRecord) {
  const { secret: _, previous, labels, changedBy, createdAt, changedAt, version, ...rest } = record;
  return {
    ...rest,
    clientId: keyName(record.clientId),
    labels: [...labels],
    createdAt: timeText(createdAt),
    changedAt: timeText(changedAt),
    ...(changedBy !== undefined && { changedBy }),
    version,
    ...(previous && { previousSecretUntil: timeText(previous.validUntil) }),
  };
}
