import type { DeviceRecord } from "./device-record.ts";
import type { DeviceRegistry } from "./device-registry.ts";
import type { ChangeResult } from "./device-writes.ts";
import type { By, ConditionalBy, DeviceValues } from "./record-changes.ts";
import { hashSecret, issueSecret } from "./secret.ts";

/**
 * Registers a device with a secret of our own, which is to be shown to somebody now: it is stored
 * nowhere.
 *
 * @throws DeviceConflict `exists` or `reserved`
 */
export async function registerDevice(
  registry: DeviceRegistry,
  values: Omit<DeviceValues, "status" | "secret">,
  by: By,
): Promise<{ readonly record: DeviceRecord; readonly secret: string }> {
  const secret = issueSecret();
  const record = await registry.create(
    { ...values, status: "active", secret: hashSecret(secret) },
    by,
  );
  return { record, secret };
}

/** Gives a device a new secret. There is none to show when the device was not changed. */
export async function renewSecret(
  registry: DeviceRegistry,
  { clientId, overlapMs }: { readonly clientId: string; readonly overlapMs: number },
  by: ConditionalBy,
): Promise<{ readonly result: ChangeResult; readonly secret?: string }> {
  const secret = issueSecret();
  const result = await registry.rotate(clientId, { secret: hashSecret(secret), overlapMs }, by);
  return result.outcome === "changed" ? { result, secret } : { result };
}
