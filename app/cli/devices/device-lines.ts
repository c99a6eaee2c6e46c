import type { DeviceRecord } from "../../registry/device-record.ts";
import { deviceView, timeText as time } from "../../registry/device-view.ts";
import { printable } from "../../shared/printable.ts";

const nameLimit = 128;

const widths = { id: 32, status: 10, region: 10, time: 21 };

export const tableHead =
  "CLIENT ID".padEnd(widths.id) +
  "STATUS".padEnd(widths.status) +
  "REGION".padEnd(widths.region) +
  "CREATED".padEnd(widths.time) +
  "CHANGED".padEnd(widths.time) +
  "LABELS";

export function tableLine(record: DeviceRecord): string {
  const region = (record.region ?? "-").padEnd(widths.region - 1);
  const head = `${record.clientId.padEnd(widths.id - 1)} ${record.status.padEnd(widths.status)}`;
  const times = [record.createdAt, record.changedAt].map((at) => time(at).padEnd(widths.time));
  return `${head}${region} ${times.join("")}${record.labels.join(" ")}`.trimEnd();
}

export function jsonLine(record: DeviceRecord): string {
  return JSON.stringify(deviceView(record));
}

/** A paragraph of `name  value` lines. */
export function details(record: DeviceRecord): string {
  const { labels, ...rest } = deviceView(record);
  const pairs = Object.entries({ ...rest, labels: labels.join(" ") || "-" });
  return pairs
    .map(([name, value]) => `${name.padEnd(24)}${printable(String(value), nameLimit * 16)}`)
    .join("\n");
}

export const csvField = (text: string) =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

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
} satisfies Record<string, (record: DeviceRecord) => string>;

export const csvHead = Object.keys(exportColumns).join(",");

export function csvLine(record: DeviceRecord): string {
  return Object.values(exportColumns)
    .map((column) => csvField(column(record)))
    .join(",");
}
