/** What the API says of devices. */
export const statuses = ["active", "suspended", "revoked"] as const;
export type Status = (typeof statuses)[number];
/** What can be looked for; `damaged`: the table's item is no device record. */
export const searchedStatuses = [...statuses, "damaged"] as const;

export interface Device {
  readonly clientId: string;
  readonly status: Status;
  readonly region?: string;
  readonly labels: readonly string[];
  readonly certificateFingerprint?: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly changedBy?: string;
  readonly version: number;
  readonly previousSecretUntil?: string;
}

/** What a search knows of the fleet. */
export interface DeviceIndex {
  /** Whether the whole table was read once. */
  readonly complete: boolean;
  readonly read: number;
  readonly reading: boolean;
  readonly about?: number;
  readonly asOf?: string;
}

export const countLimit = 10_000;

export interface DevicePage {
  readonly devices: readonly Device[];
  readonly unreadable: readonly { readonly clientId: string; readonly reason: string }[];
  readonly scanned: number;
  /** Of all pages; one more than `countLimit` stands for any larger number. */
  readonly found: number;
  readonly index: DeviceIndex;
  readonly next?: string;
}

/** What a list is narrowed by, as the address of the view has it. */
export const filters = ["prefix", "status", "label", "region"] as const;
export type Filter = (typeof filters)[number];

export const pageSize = 50;

/** The request of a list, from the address of its view: what is not known there is left out. */
export function listPath(address: URLSearchParams): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  for (const name of [...filters, "after"]) {
    const value = address.get(name);
    if (value) query.set(name, value);
  }
  return `/devices?${query}`;
}

export const devicePath = (clientId: string, rest = "") =>
  `/devices/${encodeURIComponent(clientId)}${rest}`;
