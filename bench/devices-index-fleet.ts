import { createHash } from "node:crypto";
import type { IndexedDevice } from "../app/console/device-index/indexed-device.ts";
import { regionNames } from "../app/contract/regions.ts";

/** What filling the index took. */
export interface IndexFilled {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly fileMB: number;
}

/** In no order, as a table gives them, and the same each time. */
export function deviceOf(n: number): IndexedDevice {
  const hash = createHash("sha256").update(`${n}`).digest();
  const status = hash.readUInt8(4) < 3 ? "suspended" : hash.readUInt8(4) < 6 ? "revoked" : "active";
  return {
    name: `device-${hash.toString("hex", 20, 26)}`,
    status: n % 100_000 === 0 ? "damaged" : status,
    region: regionNames[hash.readUInt8(5) % regionNames.length],
    labels: [`site:${hash.readUInt16BE(6) % 500}`, `model:${hash.readUInt8(8) % 20}`],
  };
}
