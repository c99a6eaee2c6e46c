/** What the API says of records of AUDIT. */
export interface AuditRecord {
  readonly sequence: number;
  readonly time: string;
  readonly kind: string;
  readonly who?: string;
  readonly device?: string;
  readonly about?: string;
  readonly what: string;
  readonly outcome?: string;
  readonly detail?: string;
}

export interface AuditPage {
  /** The newest first. */
  readonly records: readonly AuditRecord[];
  readonly scanned: number;
  /** When the oldest was stored that was looked at. */
  readonly back?: string;
  readonly next?: number;
}

export const kinds = ["auth", "registry", "quarantine", "copies"] as const;

/** How far back one can go at once. */
export const spans = [
  ["15 min", 15],
  ["1 h", 60],
  ["1 d", 1_440],
  ["30 d", 43_200],
] as const;

/** A time so long ago, as an address keeps it: whoever opens it later sees the same. */
export const sinceOf = (minutes: number, now: number) =>
  new Date(now - minutes * 60_000).toISOString();

const pageSize = 100;

/** The request for the newest login, or attempt at one, of a device. */
export const lastLoginPath = (clientId: string) =>
  `/audit?${new URLSearchParams({ client: clientId, kind: "auth", limit: "1" })}`;

/** The request of a list, from the address of its view. */
export function auditPath(address: URLSearchParams): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  for (const name of ["client", "kind", "since", "until", "after"]) {
    const value = address.get(name);
    if (value) query.set(name, value);
  }
  return `/audit?${query}`;
}
