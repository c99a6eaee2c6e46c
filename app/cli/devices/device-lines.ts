import type { DeviceRecord, UnreadableItem } from "../../registry/device-record.ts";
import { deviceView, timeText as time } from "../../registry/device-view.ts";
import { csvField } from "../../shared/csv-field.ts";
import { printable } from "../../shared/printable.ts";

const detailLimit = 4_096;

const widths = { id: 32, status: 10, region: 10, time: 21 };

export const tableHead =
  "CLIENT ID".padEnd(widths.id) +
  "STATUS".padEnd(widths.status) +
  "REGION".padEnd(widths.region) +
  "CREATED".padEnd(widths.time) +
  "CHANGED".padEnd(widths.time) +
  "LABELS";

const idCell = (clientId: string) => `${clientId.padEnd(widths.id - 1)} `;

/** The name of the item comes whole, however long: by it the item can be revoked and deleted. */
export const damagedTableLine = ({ clientId, reason }: UnreadableItem): string =>
  `${idCell(clientId)}${"damaged".padEnd(widths.status)}${reason}`;

export const damagedJsonLine = ({ clientId, reason }: UnreadableItem): string =>
  JSON.stringify({ clientId, damaged: reason });

export const damagedDetails = ({ clientId, reason }: UnreadableItem): string[] =>
  Object.entries({ clientId, damaged: reason }).map(detail);

export function tableLine(record: DeviceRecord): string {
  const region = (record.region ?? "-").padEnd(widths.region - 1);
  const head = `${idCell(record.clientId)}${record.status.padEnd(widths.status)}`;
  const times = [record.createdAt, record.changedAt].map((at) => time(at).padEnd(widths.time));
  return `${head}${region} ${times.join("")}${record.labels.join(" ")}`.trimEnd();
}

export function jsonLine(record: DeviceRecord): string {
  return JSON.stringify(deviceView(record));
}

const detail = ([name, value]: [string, unknown]) =>
  `${name.padEnd(24)}${printable(String(value), detailLimit)}`;

/** Lines of `name  value`. */
export function details(record: DeviceRecord): string[] {
  const { labels, ...rest } = deviceView(record);
  return Object.entries({ ...rest, labels: labels.join(" ") || "-" }).map(detail);
}

const exportColumns = {
  client_id: (record) => record.clientId,
  status: (record) => record.status,
  region: (record) => record.region ?? "",
  labels: (record) => record.labels.join(";"),
  created: (record) => time(record.createdAt),
  changed: (record) => time(record.changedAt),
  changed_by: (record) => record.changedBy ?? "",
  version: (record) => String(record.version),
  fingerprint: (record) => record.certificateFingerprint ?? "",
  damaged: () => "",
} satisfies Record<string, (record: DeviceRecord) => string>;

export const csvHead = Object.keys(exportColumns).join(",");

/** Its status is none that an import takes: a damaged device is not registered anew by mistake. */
export function damagedCsvLine({ clientId, reason }: UnreadableItem): string {
  const cells: Record<string, string> = { client_id: clientId, status: "damaged", damaged: reason };
  return Object.keys(exportColumns)
    .map((name) => csvField(cells[name] ?? ""))
    .join(",");
}

export function csvLine(record: DeviceRecord): string {
  return Object.values(exportColumns)
    .map((column) => csvField(column(record)))
    .join(",");
}
