import { createHmac } from "node:crypto";
import { DeviceRegistry } from "../app/registry/device-registry.ts";
import { createDynamoClient, ensureDeviceTable } from "../app/registry/device-table.ts";
import { hashSecret } from "../app/registry/secret.ts";

export const deviceId = (index: number) => `meter-${String(index).padStart(7, "0")}`;

/** Can be told again at any time, so that a million of them need not be kept. */
export const deviceSecret = (id: string) =>
  createHmac("sha256", "bench").update(id).digest("base64url");

/** A device's own address: those behind one address would be held to its limits. */
export const deviceAddress = (index: number) =>
  `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

export interface TableAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly table: string;
}

const sliceSize = 1_000;
const readSeconds = 2;

/** Fills the table. @returns seconds that it took. */
export async function loadDevices(
  access: TableAccess,
  count: number,
  onProgress: (done: number) => void,
): Promise<number> {
  const started = performance.now();
  const client = createDynamoClient({ ...access, attemptMs: 20_000, attempts: 3 });
  await ensureDeviceTable(client, access.table);
  const registry = new DeviceRegistry({ client, table: access.table });
  for (let from = 0; from < count; from += sliceSize) {
    const ids = Array.from({ length: Math.min(sliceSize, count - from) }, (_, i) =>
      deviceId(from + i),
    );
    const now = Date.now();
    const left = await registry.overwriteMany(
      ids.map((clientId) => ({
        clientId,
        status: "active",
        secret: hashSecret(deviceSecret(clientId)),
        labels: [],
        createdAt: now,
        changedAt: now,
        version: 1,
      })),
    );
    if (left.length > 0) throw new Error(`the emulator did not take ${left.length} devices`);
    onProgress(from + ids.length);
  }
  client.destroy();
  return (performance.now() - started) / 1000;
}

/** How many ids a second the emulator itself gives out: a cold start cannot be faster. */
export async function emulatorReads(access: TableAccess, count: number): Promise<number> {
  const client = createDynamoClient({ ...access, attemptMs: 20_000, attempts: 3 });
  const registry = new DeviceRegistry({ client, table: access.table });
  const from = performance.now();
  const elapsed = () => (performance.now() - from) / 1000;
  let read = 0;
  const lane = async (start: number) => {
    for (let at = start; elapsed() < readSeconds; at += 400) {
      const ids = Array.from({ length: 100 }, (_, i) => deviceId((at + i) % count));
      read += (await registry.getMany(ids)).found.size;
    }
  };
  await Promise.all([0, 100, 200, 300].map(lane));
  client.destroy();
  return Math.round(read / elapsed());
}
