import type { DevicePage } from "../../registry/device-page.ts";
import type { DeviceRecord, UnreadableItem } from "../../registry/device-record.ts";
import type { IndexedStatus } from "./device-kinds.ts";

/** What is looked for of a device. Its record stays in the table alone. */
export interface IndexedDevice {
  /** See `keyName`: of nothing but letters, digits, `_`, `-` and `:`. */
  readonly name: string;
  readonly status: IndexedStatus;
  readonly region: string | undefined;
  readonly labels: readonly string[];
}

export const indexed = (record: DeviceRecord): IndexedDevice => ({
  name: record.clientId,
  status: record.status,
  region: record.region,
  labels: record.labels,
});
export const indexedDamage = ({ clientId }: UnreadableItem): IndexedDevice => ({
  ...{ name: clientId, status: "damaged", region: undefined, labels: [] },
});
export const indexedPage = ({ records, unreadable }: DevicePage): readonly IndexedDevice[] => [
  ...records.map(indexed),
  ...unreadable.map(indexedDamage),
];
